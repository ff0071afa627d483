"""Kernels as plain Python loops: slow, readable, any float dtype. The other sets must equal these."""

from engine.kernels.reference.conv import conv2d, conv2d_backward_b, conv2d_backward_w, conv2d_backward_x
from engine.kernels.reference.elementwise import elementwise
from engine.kernels.reference.extremum import extremum_rows, extremum_rows_backward, extremum_rows_backward_shared
from engine.kernels.reference.fused import (
    conv2d_relu_max_pool2d,
    conv2d_relu_max_pool2d_backward_b,
    conv2d_relu_max_pool2d_backward_w,
    normalise_relu_max_pool2d_backward,
    relu_max_pool2d,
    relu_max_pool2d_backward,
)
from engine.kernels.reference.index import scatter_add
from engine.kernels.reference.local import (
    locally_connected2d,
    locally_connected2d_backward_w,
    locally_connected2d_backward_x,
)
from engine.kernels.reference.local_response import local_response_norm, local_response_norm_backward
from engine.kernels.reference.loss import nll_loss, nll_loss_backward
from engine.kernels.reference.matmul import linear, linear_backward_b, linear_backward_w, linear_backward_x, matmul
from engine.kernels.reference.norm import moments, normalise, normalise_backward_affine, normalise_backward_x
from engine.kernels.reference.pool import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    subsample2d,
    subsample2d_backward,
)
from engine.kernels.reference.rbf import rbf, rbf_backward
from engine.kernels.reference.reduce import sum_rows, sum_rows_backward, variance_rows, variance_rows_backward
from engine.kernels.reference.resample import (
    upsample_bilinear2d,
    upsample_bilinear2d_backward,
    upsample_nearest2d,
    upsample_nearest2d_backward,
)
from engine.kernels.reference.softmax import (
    class_cross_entropy,
    class_cross_entropy_backward,
    cross_entropy,
    cross_entropy_backward,
    log_softmax,
    log_softmax_backward,
    softmax,
    softmax_backward,
)
from engine.kernels.reference.unfold import fold, unfold
from engine.kernels.reference.unpool import max_unpool2d, max_unpool2d_backward
from engine.kernels.reference.update import adam, sgd

__all__ = [
    "adam",
    "avg_pool2d",
    "avg_pool2d_backward",
    "class_cross_entropy",
    "class_cross_entropy_backward",
    "conv2d",
    "conv2d_backward_b",
    "conv2d_backward_w",
    "conv2d_backward_x",
    "conv2d_relu_max_pool2d",
    "conv2d_relu_max_pool2d_backward_b",
    "conv2d_relu_max_pool2d_backward_w",
    "cross_entropy",
    "cross_entropy_backward",
    "elementwise",
    "extremum_rows",
    "extremum_rows_backward",
    "extremum_rows_backward_shared",
    "fold",
    "linear",
    "linear_backward_b",
    "linear_backward_w",
    "linear_backward_x",
    "local_response_norm",
    "local_response_norm_backward",
    "locally_connected2d",
    "locally_connected2d_backward_w",
    "locally_connected2d_backward_x",
    "log_softmax",
    "log_softmax_backward",
    "matmul",
    "max_pool2d",
    "max_pool2d_backward",
    "max_unpool2d",
    "max_unpool2d_backward",
    "moments",
    "nll_loss",
    "nll_loss_backward",
    "normalise",
    "normalise_backward_affine",
    "normalise_backward_x",
    "normalise_relu_max_pool2d_backward",
    "rbf",
    "rbf_backward",
    "relu_max_pool2d",
    "relu_max_pool2d_backward",
    "scatter_add",
    "sgd",
    "softmax",
    "softmax_backward",
    "subsample2d",
    "subsample2d_backward",
    "sum_rows",
    "sum_rows_backward",
    "unfold",
    "upsample_bilinear2d",
    "upsample_bilinear2d_backward",
    "upsample_nearest2d",
    "upsample_nearest2d_backward",
    "variance_rows",
    "variance_rows_backward",
]
