"""Put the compiled pjsua2 module into a wheel, using nothing but the standard library.

A virtual environment fresh from `python -m venv` has neither `wheel` nor `setuptools`, and the build must not need a
package index. The archive is byte-for-byte reproducible for the same input files.
"""

import argparse
import base64
import hashlib
import sysconfig
import zipfile
from pathlib import Path

# The earliest date a zip archive can hold: with a real clock two builds of the same source would differ.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def python_tag() -> str:
    return f"cp{sysconfig.get_config_var('py_version_nodot')}"


def wheel_tag() -> str:
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{python_tag()}-{python_tag()}-{platform}"


def metadata(version: str) -> str:
    return (
        "Metadata-Version: 2.1\n"
        "Name: pjsua2\n"
        f"Version: {version}\n"
        "Summary: SIP and media library pjsua2, compiled with the limits of a PBX\n"
        "Home-page: https://www.pjsip.org\n"
        "License: GPL-2.0-or-later\n"
        "License-File: COPYING\n"
        f"Requires-Python: =={'.'.join(sysconfig.get_python_version().split('.')[:2])}.*\n"
    )


def wheel_description(tag: str) -> str:
    return f"Wheel-Version: 1.0\nGenerator: tandem-pack-wheel\nRoot-Is-Purelib: false\nTag: {tag}\n"


def record_line(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"


def wheel_members(module: Path, extension: Path, licence: Path, version: str, tag: str) -> dict[str, bytes]:
    info = f"pjsua2-{version}.dist-info"
    members = {
        "pjsua2.py": module.read_bytes(),
        "_pjsua2" + sysconfig.get_config_var("EXT_SUFFIX"): extension.read_bytes(),
        f"{info}/METADATA": metadata(version).encode(),
        f"{info}/WHEEL": wheel_description(tag).encode(),
        f"{info}/COPYING": licence.read_bytes(),
    }
    record = [record_line(name, content) for name, content in members.items()] + [f"{info}/RECORD,,"]
    members[f"{info}/RECORD"] = ("\n".join(record) + "\n").encode()
    return members


def write_wheel(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if ".so" in name else 0o644) << 16
            archive.writestr(entry, content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module", type=Path, required=True, help="pjsua2.py as SWIG wrote it")
    parser.add_argument("--extension", type=Path, required=True, help="the linked _pjsua2 shared object")
    parser.add_argument("--licence", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--into", type=Path, required=True, help="folder for the wheel")
    args = parser.parse_args()

    tag = wheel_tag()
    wheel = args.into / f"pjsua2-{args.version}-{tag}.whl"
    write_wheel(wheel, wheel_members(args.module, args.extension, args.licence, args.version, tag))
    print(wheel)


if __name__ == "__main__":
    main()
