"""croissant.json: the data files described in the Croissant 1.0 vocabulary (JSON-LD)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson

from qmirror_assets.lineage.held import read_json
from qmirror_assets.records import Json
from qmirror_assets.store import atomic

_CONTEXT: Mapping[str, Json] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {"string": "sc:Text", "int64": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean"}


def write_croissant(folder: Path, sums: Mapping[str, str]) -> None:
    """Write croissant.json of a version from its manifest and the digests of its files."""
    manifest = read_json(folder / "manifest.json")
    options = orjson.OPT_INDENT_2
    day = str(read_json(folder / "run.json")["created_at"])[:10]
    data = orjson.dumps(describe_croissant(manifest, sums, day), option=options)
    atomic.write_bytes(folder / "croissant.json", data + b"\n", durable=False)


def describe_croissant(
    manifest: Mapping[str, Json], sums: Mapping[str, str], day: str
) -> dict[str, Json]:
    """The description as JSON-LD.

    Args:
        manifest: The manifest of the version.
        sums: Relative path -> sha256.
        day: Day the version was made, YYYY-MM-DD.
    """
    spec = manifest["recipe"]["spec"]
    release = spec["release"]
    title = release["title"] or spec["title"] or manifest["dataset"]
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": manifest["dataset"],
        "description": spec["description"] or spec["title"] or manifest["dataset"],
        "license": release["licence"],
        "inLanguage": list(release["language"]),
        "keywords": list(dict.fromkeys(["synthetic", *release["tags"]])),
        "version": manifest["version"],
        "datePublished": day,
        "citeAs": f"{title}, version {manifest['version']}",
        "isLiveDataset": False,
        "distribution": [_file(file, sums) for file in manifest["files"]],
        "recordSet": [_records(manifest, file) for file in manifest["files"]],
    }


def _file(file: Mapping[str, Json], sums: Mapping[str, str]) -> dict[str, Json]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": Path(file["path"]).name,
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": "application/x-parquet",
        "sha256": sums[file["path"]],
    }


def _records(manifest: Mapping[str, Json], file: Mapping[str, Json]) -> dict[str, Json]:
    """One record set a file: a split of several files has several."""
    name = Path(file["path"]).stem
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"Split {file['split']}, {file['rows']} samples.",
        "key": {"@id": f"{name}/id"},
        "field": [
            _field(name, file["path"], column, feature)
            for column, feature in manifest["features"].items()
        ],
    }


def _field(records: str, path: str, column: str, feature: Mapping[str, Json]) -> dict[str, Json]:
    many = feature["_type"] == "List"
    picture = many or feature["_type"] == "Image"
    source: dict[str, Json] = {"fileObject": {"@id": path}, "extract": {"column": column}}
    if picture:
        source["transform"] = {"jsonPath": "[*].bytes" if many else "bytes"}
    return {
        **({"repeated": True} if many else {}),
        "@type": "cr:Field",
        "@id": f"{records}/{column}",
        "name": column,
        "dataType": "sc:ImageObject" if picture else _TYPES[feature["dtype"]],
        "source": source,
    }
