"""What the reports call the figures and the steps, and what each of them means in one sentence."""

from __future__ import annotations

# Key -> label and definition, in the order of the table; a figure that is not here comes last under its key.
FIGURES = {
    "passed": ("Passed", "right, and its citations hold the evidence"),
    "correct": ("Correct", "right, wherever its citations point"),
    "facts": ("Key facts", "mean share of a case's key facts that the answer states"),
    "all_facts": ("All key facts", "answerable cases whose every key fact is stated"),
    "ledger_all_facts": ("All key facts, ledger", "the same over the categories that the ledger answers"),
    "hit@1": ("Hit@1", "the first passage holds evidence"),
    "hit@3": ("Hit@3", "one of the first 3 passages holds evidence"),
    "hit@5": ("Hit@5", "one of the first 5 passages holds evidence"),
    "mrr": ("MRR", "mean of 1 / rank of the first passage that holds evidence"),
    "ndcg@10": ("nDCG@10", "gain of the first 10 passages, discounted by rank"),
    "citation_precision": ("Citation precision", "share of the citations that hold evidence or a key fact"),
    "citation_recall": ("Citation recall", "share of the evidence that lies inside one citation"),
    "evidence_cited": ("Evidence cited", "answerable cases whose citations hold every piece of evidence"),
    "refusal_precision": ("Refusal precision", "of the refusals, those of questions without an answer"),
    "refusal_recall": ("Refusal recall", "of the questions without an answer, those refused"),
    "refusal_f1": ("Refusal F1", "harmonic mean of the two"),
    "over_refusal": ("Over-refusal", "answerable questions that were refused (lower is better)"),
    "false_premise": (
        "False premise corrected",
        "questions with a false premise whose premise was corrected",
    ),
    "list_precision": ("List precision", "of the listed items, those that belong"),
    "list_recall": ("List recall", "of the items that belong, those listed"),
    "exact_count": ("Exact count", "list and count questions with the exact number"),
    "certificate_failures": ("Certificate failures", "answers whose certificate failed, as a count"),
}

# Step -> what it means for a case to be lost there, in the order of the pipeline.
STEPS = {
    "parse": "Lost in reading the policy: the fact is not in the ledger, or no chunk holds the evidence.",
    "retrieve": "The index holds the evidence, but no passage with it is among those retrieved.",
    "route": "The evidence was in reach, but the question went to a part that does not answer such questions.",
    "compose": "The evidence was retrieved, but the answer does not say what it should.",
    "refuse": "A question that the policies answer was refused, or one that they do not answer was not.",
    "certify": "The certificate failed, or what took the place of the struck answer left the fact out.",
    "error": "The assistant raised an error instead of answering.",
    "unknown": "The run names no step for these cases.",
}
