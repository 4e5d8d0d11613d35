"""Tables and targets as numbers: what a network can read, and the way back."""

from backlit.tabular.columns import Block, Column
from backlit.tabular.encoder import FrameEncoder, fit_encoder
from backlit.tabular.frames import Frame, read_frame
from backlit.tabular.target import (
    InferredTask,
    TargetScaler,
    encode_classes,
    encode_labels,
    has_several_targets,
    infer_task,
)

__all__ = [
    "Block",
    "Column",
    "Frame",
    "FrameEncoder",
    "InferredTask",
    "TargetScaler",
    "encode_classes",
    "encode_labels",
    "fit_encoder",
    "has_several_targets",
    "infer_task",
    "read_frame",
]
