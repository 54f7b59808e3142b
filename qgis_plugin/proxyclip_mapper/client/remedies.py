"""Known causes of failed installations, recognised in the log of pip, uv and the self-test."""

import re

from ..i18n import tr


def find_remedy(log):
    """Return the cause of a failure and what to do, from the last lines of a log; empty if it is not known.

    Args:
        log: Lines of the log, the last one last.
    """
    text = "\n".join(log[-200:])
    for pattern, remedy in _remedies():
        if re.search(pattern, text, re.IGNORECASE):
            return remedy
    return ""


def _remedies():
    """Return (pattern, remedy) pairs, the most specific first; the texts are in the user's language."""
    return (
        (
            r"No space left on device|not enough space on the disk|Errno 28|os error 112",
            tr("The disk is full. Free some space (an environment needs up to 7 GB), then try again."),
        ),
        (
            r"No module named '?(ensurepip|venv)|ensurepip is not available",
            tr(
                "This Python cannot create environments. Install its package “venv” (Debian and Ubuntu: "
                "sudo apt install python3-venv), install uv, or select another Python."
            ),
        ),
        (
            r"no kernel image is available|is not compatible with the current PyTorch|sm_\d+ is not compatible",
            tr(
                "The installed PyTorch does not support this GPU; new NVIDIA cards need a newer build. Select “Default "
                "of the package index” as hardware and create the environment again, or use “CPU only”."
            ),
        ),
        (
            r"CUDA driver version is insufficient|driver on your system is too old",
            tr("The NVIDIA driver is too old for this PyTorch. Update the driver, or use “CPU only”."),
        ),
        (
            r"CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate|unable to get local issuer|UnknownIssuer",
            tr(
                "The certificate of the package index was not accepted; the network may inspect encrypted connections. "
                "Set the variable PIP_CERT (for uv: SSL_CERT_FILE) to the certificate file of your organisation, or "
                "install from a folder with wheels."
            ),
        ),
        (
            r"ProxyError|Cannot connect to proxy|407 Proxy Authentication|Tunnel connection failed",
            tr(
                "The proxy refused the connection. Set the variable HTTPS_PROXY (the address of the proxy) before "
                "QGIS starts, or install from a folder with wheels."
            ),
        ),
        (
            r"getaddrinfo failed|name resolution|Network is unreachable|NewConnectionError|dns error|"
            r"Failed to establish a new connection|tcp connect error|Read timed out|ConnectTimeout",
            tr("The package index cannot be reached. Check the network, or install from a folder with wheels."),
        ),
        (
            r"Permission denied|Access is denied|Errno 13|os error 5",
            tr("A file or folder cannot be written. Close other programs that use it, and check its permissions."),
        ),
        (
            r"is too old",
            tr("Python 3.11 or later is needed. Select another Python."),
        ),
        (
            r"No matching distribution found|no solution found|not found in the package registry",
            tr(
                "A package was not found for this Python. Check the package's name, or select another Python "
                "(3.11 to 3.13)."
            ),
        ),
    )
