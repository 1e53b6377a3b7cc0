"""Where a film comes from, written into the film itself: C2PA manifests, signed and read back.

https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html
"""

from media.provenance.credentials import Credentials, ProvenanceError, development, load
from media.provenance.manifest import Origin, Story, definition, digital_source
from media.provenance.reading import Provenance, read
from media.provenance.signing import sign

__all__ = [
    "Credentials",
    "Origin",
    "Provenance",
    "ProvenanceError",
    "Story",
    "definition",
    "development",
    "digital_source",
    "load",
    "read",
    "sign",
]
