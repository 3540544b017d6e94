"""``lineage.capturing.use.foreign_libraries``: mapped libraries of known families, and what is said of others."""

import pytest

from lineage.capturing.use.foreign_libraries import family_of, foreign_problems
from lineage.portable.environment import Package, Problem

NAMES = {
    "cudart": ["libcudart.so.12", "libcudart.so.12.1.105", "libcudart-a34b3233.so.11.0"],
    "cublas": ["libcublas.so.12", "libcublasLt.so.12"],
    "cudnn": ["libcudnn.so.9", "libcudnn_ops.so.9.1.0", "libcudnn_engines_precompiled.so.9"],
    "nccl": ["libnccl.so.2.20.5"],
    "cufft": ["libcufft.so.11", "libcufftw.so.11"],
    "cusparse": ["libcusparse.so.12", "libcusparseLt.so.0"],
    "cusolver": ["libcusolver.so.11", "libcusolverMg.so.11"],
    "nvrtc": ["libnvrtc.so.12", "libnvrtc-builtins.so.12.1"],
    "nvinfer": ["libnvinfer.so.10", "libnvinfer_plugin.so.10.0.1", "libnvonnxparser.so.10"],
    "mkl": ["libmkl_rt.so.2", "libmkl_core.so"],
    "openblas": [
        "libopenblas.so.0",
        "libopenblasp-r0.3.21.so",
        "libopenblas64_p-r0-0cf96a72.3.23.dev.so",
        "libscipy_openblas64_-99b71e71.so",
    ],
    "blis": ["libblis.so.4", "libblis-mt.so.4"],
    "armpl": ["libarmpl_lp64_mp.so"],
    "blas": ["libblas.so.3", "libcblas.so.3", "liblapack.so.3.11.0"],
    "gomp": ["libgomp.so.1.0.0", "libgomp-a34b3233.so.1"],
    "iomp": ["libiomp5.so"],
    "omp": ["libomp.so", "libomp.so.5"],
    "torch": ["libtorch.so", "libtorch_cpu.so", "libtorch_python.so", "libc10.so", "libc10_cuda.so"],
    "hdf5": ["libhdf5.so.310", "libhdf5_hl.so.310"],
    None: [
        *("libc.so.6", "libstdc++.so.6", "libm.so.6", "libcuda.so.1", "libnvidia-ml.so.1", "libz.so.1", "libcrypto.so"),
        *("_multiarray_umath.cpython-311-x86_64-linux-gnu.so", "libtorch.a", "torch.so", "libblas.py", "libompl.so.17"),
    ],
}


@pytest.mark.parametrize(("name", "family"), [(name, family) for family, names in NAMES.items() for name in names])
def test_the_family_of_a_library(name: str, family: str | None) -> None:
    found = family_of(f"/usr/lib/{name}")

    assert (None if found is None else found.name) == family


def package(name: str, version: str) -> Package:
    return Package(name=name, version=version, use="required")


def foreign(name: str, detail: str) -> Problem:
    return Problem("environment.foreign-library", f"library:{name}", detail)


@pytest.mark.parametrize(
    ("path", "packages", "problem"),
    [
        (
            "/usr/local/cuda/lib64/libcudart.so.12.1.105",
            [package("nvidia-cuda-runtime-cu12", "12.4.127"), package("nvidia-cublas-cu12", "12.4.5.8")],
            (
                "libcudart.so.12",
                "loaded 12.1.105 by its file's name, and not the one of nvidia-cuda-runtime-cu12 12.4.127",
            ),
        ),
        (
            "/opt/libnvinfer.so.10.0.1",
            [package("tensorrt", "10.1.0"), package("tensorrt-cu12-libs", "10.1.0"), package("tensorrt-llm", "1")],
            (
                "libnvinfer.so.10",
                "loaded 10.0.1 by its file's name, and not the one of tensorrt 10.1.0 or tensorrt-cu12-libs 10.1.0",
            ),
        ),
        (
            "/usr/lib/libopenblasp-r0.3.21.so",
            [package("numpy", "1.26.4")],
            ("libopenblasp.so", "loaded 0.3.21 by its file's name: no installed package provides it"),
        ),
        (
            "/opt/libmkl_rt.so",
            [],
            ("libmkl_rt.so", "loaded a version that its file's name does not tell: no installed package provides it"),
        ),
    ],
)
def test_what_is_said_of_one(path: str, packages: list[Package], problem: tuple[str, str]) -> None:
    assert foreign_problems([path], packages) == (foreign(*problem),)


def test_a_family_is_one_problem_and_blas_is_told_by_what_stands_behind_it() -> None:
    system = ["/usr/lib/libblas.so.3.11.0", "/usr/lib/liblapack.so.3.11.0"]
    said = "by its file's name: no installed package provides it"

    assert foreign_problems(system, []) == (foreign("libblas.so.3", f"loaded 3.11.0 {said}"),)
    assert foreign_problems([*system, "/usr/lib/libopenblasp-r0.3.21.so", "/usr/lib/libc.so.6"], []) == (
        foreign("libopenblasp.so", f"loaded 0.3.21 {said}"),
    )
    assert foreign_problems(["/c/libcudnn_ops.so.9.1.0", "/c/libcudnn.so.9.1.0", "/c/libcublas.so.12"], []) == (
        foreign("libcublas.so.12", f"loaded 12 {said}"),
        foreign("libcudnn.so.9", f"loaded 9.1.0 {said}"),
    )
    assert foreign_problems([], [package("torch", "2.4")]) == ()
