"""Self-contained pages of samples. Everything from data is escaped; pictures are inlined."""

from __future__ import annotations

import base64
import html

from qmirror_assets.lineage.trail import AuditTrail, StepTrail
from qmirror_assets.previewing import Preview
from qmirror_assets.records import Json

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;
max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2733}
article{border-top:1px solid #cbd5df;padding:1rem 0}
figure{margin:.5rem 0}img{max-width:100%;border:1px solid #e2e8ef}
pre{white-space:pre-wrap;background:#f4f7fa;
padding:.6rem;font-size:13px;overflow-wrap:anywhere}
.status{font-weight:600}.accepted{color:#0a6b3d}.rejected{color:#a4341b}
summary{cursor:pointer}table{border-collapse:collapse}td,th{padding:.1rem .6rem;text-align:left}
@media (prefers-color-scheme:dark){body{background:#12181f;color:#dde5ec}pre{background:#1c2530}
img{background:#fff}.accepted{color:#5ecf98}.rejected{color:#ff9a80}}
"""


def preview_page(preview: Preview) -> str:
    """One page with every previewed sample: seed, rounds, prompts, replies, pictures, verdicts."""
    title = f"Preview of {preview.dataset} ({preview.profile})"
    body = "".join(_sample(trail, preview.images) for trail in preview.trails)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style><h1>{_text(title)}</h1>{body}</html>"
    )


def _text(value: object) -> str:
    return html.escape(str(value), quote=True)


def _sample(trail: AuditTrail, images: dict[str, bytes]) -> str:
    status = "accepted" if trail.status == "accepted" else "rejected"
    why = f": {trail.reason}" if trail.reason else ""
    steps = "".join(_step(step, images) for step in trail.steps if step.round or step.rejections)
    return (
        f"<article id=s{_text(trail.sample_id)}><h2>{_text(trail.domain)} "
        f"<small>{_text(trail.sample_id[:12])}</small></h2>"
        f"<p class='status {status}'>{_text(trail.status + why)}</p>"
        f"<p>{_text(trail.seed.get('question', ''))}<br>"
        f"<small>Answer: {_text(trail.seed.get('answer', ''))} · {_text(trail.licence)}</small></p>"
        f"{steps}</article>"
    )


def _step(step: StepTrail, images: dict[str, bytes]) -> str:
    parts = [f"<h3>{_text(step.node)}</h3>"]
    for action in step.actions:
        parts += [_picture(images[d]) for d in action.pictures if d in images]
        for message in action.request.get("messages", [])[-1:]:
            parts.append(_folded("last prompt message", message["content"]))
        if action.reply and "text" in action.reply:
            parts.append(_folded("reply", action.reply["text"]))
    if "question_mm" in step.data:
        parts.append(f"<p>{_text(step.data['question_mm'])}</p>")
    if "rules" in step.data:
        parts.append(_rules(step.data))
    parts += [
        f"<p class=rejected>{_text(r.reason)}: {_text(r.detail)}</p>" for r in step.rejections
    ]
    return "".join(parts)


def _picture(data: bytes) -> str:
    encoded = base64.b64encode(data).decode()
    return f"<figure><img alt='' src='data:image/png;base64,{encoded}'></figure>"


def _folded(label: str, text: Json) -> str:
    return f"<details><summary>{_text(label)}</summary><pre>{_text(text)}</pre></details>"


def _rules(data: Json) -> str:
    rules = data["rules"] or []
    failed = [r for r in rules if r["state"] == "fail"]
    said = "".join(f"<li>{_text(r['name'])}: {_text(r['sentence'])}</li>" for r in failed)
    passed = sum(r["state"] == "pass" for r in rules)
    total = f"{passed} of {len(rules)} rules pass, score {_text(data.get('score'))}"
    return f"<p>{total}</p><ul>{said}</ul>"
