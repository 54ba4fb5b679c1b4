"""Finding and comparing records the way people do: misspelt, in pinyin, by half a number."""
