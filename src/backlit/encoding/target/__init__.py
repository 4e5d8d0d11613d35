"""The target column: which task it asks for, classes as codes, numbers as standard scores and back."""

from backlit.encoding.target.cells import has_several_targets, is_one_dimensional, refuse_missing, target_columns
from backlit.encoding.target.classes import codes_among, encode_classes, encode_labels, label_in_row, labels_as_fitted
from backlit.encoding.target.domain import TARGET_DOMAINS, TargetDomain, target_domain_of
from backlit.encoding.target.probabilities import class_probabilities, classes_of_columns
from backlit.encoding.target.scaler import TargetScaler, target_numbers, target_reading
from backlit.encoding.target.task import InferredTask, infer_task

__all__ = [
    "TARGET_DOMAINS",
    "InferredTask",
    "TargetDomain",
    "TargetScaler",
    "class_probabilities",
    "classes_of_columns",
    "codes_among",
    "encode_classes",
    "encode_labels",
    "has_several_targets",
    "infer_task",
    "is_one_dimensional",
    "label_in_row",
    "labels_as_fitted",
    "refuse_missing",
    "target_columns",
    "target_domain_of",
    "target_numbers",
    "target_reading",
]
