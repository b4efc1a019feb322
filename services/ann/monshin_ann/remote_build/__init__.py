"""A remote vector index build service for OpenSearch (3.0 and newer): GRNND builds the graphs of its faiss fields.

OpenSearch's k-NN plugin writes the vectors and document numbers of a segment into an object store, asks for a build
over HTTP, polls its status, and reads the faiss index that was written beside the vectors. What it sends and expects
was read in its source and in that of the reference builder; docs/opensearch.md names the versions. No OpenSearch server
ran here.
"""
