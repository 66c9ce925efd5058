"""sbom.py - packages and versions for other programs: SPDX 2.3 or CycloneDX 1.5.

Both name a package by its purl, which is what scanners look up."""
import re
import uuid
from urllib.parse import quote


def purl(package, distribution):
    arch = f"?arch={quote(package.architecture)}" if package.architecture else ""
    vendor = f"{distribution}/" if distribution and package.kind != "generic" else ""
    name, version = quote(package.name), quote(package.version or "")
    return f"pkg:{package.kind}/{vendor}{name}@{version}{arch}"


def spdx(name, manifest, packages, distribution):
    def one(number, p):
        return {
            "SPDXID": f"SPDXRef-Package-{number}-{re.sub('[^A-Za-z0-9.-]', '-', p.name)}",
            "name": p.name,
            "versionInfo": p.version,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False,
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": purl(p, distribution),
                }
            ],
        }

    rows = [one(number, p) for number, p in enumerate(packages, 1)]
    image = {
        "SPDXID": "SPDXRef-Image",
        "name": name,
        "versionInfo": f"sha256:{manifest['sha256']}",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "primaryPackagePurpose": "CONTAINER",
    }
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"atoll image {name}",
        "documentNamespace": f"urn:atoll:image:{name}:{manifest['sha256']}",
        "creationInfo": {
            "created": manifest["created"],
            "creators": ["Tool: atoll-image"],
        },
        "documentDescribes": ["SPDXRef-Image"],
        "packages": [image, *rows],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-Image",
                "relationshipType": "CONTAINS",
                "relatedSpdxElement": row["SPDXID"],
            }
            for row in rows
        ],
    }


def cyclonedx(name, manifest, packages, distribution):
    digest = manifest["sha256"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {
            "timestamp": manifest["created"],
            "component": {
                "type": "container",
                "name": name,
                "version": f"sha256:{digest}",
            },
        },
        "components": [
            {
                "type": "library",
                "bom-ref": purl(p, distribution),
                "name": p.name,
                "version": p.version,
                "purl": purl(p, distribution),
            }
            for p in packages
        ],
    }
