"""A private certificate for a server on 127.0.0.1, valid until 2120. It protects nothing."""

from __future__ import annotations

import ssl
from pathlib import Path

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBjTCCATOgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAkxMjcuMC4w
LjEwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CTEyNy4wLjAuMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN3X2ZdGEnSigZnN
8tdpGv9TZ3zc2Y4Wkam7ZskDcEh7VLyuTCzqlk+HGiNIEmwa6wE/3OlAMWfmKiaf
MixwACajdDByMA8GA1UdEQQIMAaHBH8AAAEwDwYDVR0TAQH/BAUwAwEB/zAOBgNV
HQ8BAf8EBAMCAYYwHQYDVR0OBBYEFPV/KnfcSgLc0cbB34XW615Yivu/MB8GA1Ud
IwQYMBaAFPV/KnfcSgLc0cbB34XW615Yivu/MAoGCCqGSM49BAMCA0gAMEUCIFUx
pGMx6rrt1kLbfE4PgVqykEphQHvjWP/F2c+KnbeDAiEAsY17vY5d2uafjF09kVRi
bWz8X09JMeRyqaD0PDkksKw=
-----END CERTIFICATE-----
"""
_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoQTsQ4zM9uWfa3vz
b6IcNN/kTeAMfQyVx4/zqXMoOQWhRANCAATd19mXRhJ0ooGZzfLXaRr/U2d83NmO
FpGpu2bJA3BIe1S8rkws6pZPhxojSBJsGusBP9zpQDFn5iomnzIscAAm
-----END PRIVATE KEY-----
"""


def serving(folder: Path) -> ssl.SSLContext:
    """A server context with this certificate; its files are written to `folder`."""
    file = folder / "server.pem"
    file.write_text(_KEY + CERTIFICATE, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
