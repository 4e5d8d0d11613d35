"""Tables and targets as numbers that a network takes, and the way back."""

from backlit.encoding.columns import Block, Column
from backlit.encoding.encoder import FrameEncoder
from backlit.encoding.fitting_table import fit_encoder
from backlit.encoding.frames import Frame, read_frame
from backlit.encoding.target import (
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
