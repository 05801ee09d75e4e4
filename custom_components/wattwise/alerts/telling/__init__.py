"""How alerts are told: events, sentences, and to whom."""
