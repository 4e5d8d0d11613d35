from backlit.declared.optimizers import OPTIMIZERS
OFFERED_OPTIMIZERS = tuple(name for name, kind in OPTIMIZERS.items() if not kind.matrix_kernel)
