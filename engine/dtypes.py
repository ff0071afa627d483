"""The dtypes of tensors by PyTorch's names. They are NumPy's own: ``engine.float32 == numpy.float32``."""

import numpy as np

float32 = float = np.dtype("float32")
float64 = double = np.dtype("float64")
int64 = long = np.dtype("int64")
int32 = int = np.dtype("int32")
uint8 = np.dtype("uint8")
bool = np.dtype("bool")

DTYPES = (float32, float64, int64, int32, uint8, bool)
