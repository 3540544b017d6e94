"""Which edits make which models due for retraining?"""
