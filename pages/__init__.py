"""The views of the page: one module a tab (Gradio), each with ``build`` that puts its components where it is called."""
