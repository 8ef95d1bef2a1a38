"""Pictures as bytes: what comes in is never kept, only what is made anew from its pixels. Only here is one decoded."""
