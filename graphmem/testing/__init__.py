"""Doubles, and the contracts of the seams.

Run them over your own store, embedder or extractor:

    import pytest
    from graphmem.testing import STORE_CONTRACT

    @pytest.mark.parametrize("check", STORE_CONTRACT)
    def test_my_store_keeps_the_contract(check):
        check(MyStore())        # a fresh, empty one each time
"""

from graphmem.testing.doubles import HashEmbedder, ScriptedExtractor, check_embedder, check_extractor
from graphmem.testing.store_contract import STORE_CONTRACT, teach

__all__ = ["STORE_CONTRACT", "HashEmbedder", "ScriptedExtractor", "check_embedder", "check_extractor", "teach"]
