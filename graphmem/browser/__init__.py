"""The graph in Neo4j Browser: a style, a guide that walks through a memory, and a small server for both."""
