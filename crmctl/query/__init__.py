"""The query language: text -> tree -> tree bound to a kind -> SQL, predicate or plain words."""
