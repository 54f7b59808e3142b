"""What the user sees: the panel, its dialogs and map tools."""
