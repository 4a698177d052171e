"""A stand-in for a model, on this machine: it speaks OpenAI's chat completions, and does what its prompt says.

It answers with the sentence of the page that shares the most words with the question. A prompt that asks for round
numbers gets round numbers.
"""

import asyncio
import re
import sys

from aiohttp import web

THINKING = 0.02
SMALL = {
    "at",
    "be",
    "can",
    "does",
    "how",
    "in",
    "is",
    "it",
    "its",
    "many",
    "of",
    "on",
    "the",
    "to",
    "which",
    "within",
}


async def complete(request: web.Request) -> web.Response:
    """Answer one request."""
    body = await request.json()
    prompt = " ".join(m["content"] for m in body["messages"] if m["role"] == "system")
    page, _, question = body["messages"][-1]["content"].rpartition("\n\n")
    await asyncio.sleep(THINKING)
    text = best_sentence(page, question)
    if "round" in prompt.lower():
        text = re.sub(r"\d+\.\d+", lambda number: str(round(float(number[0]))), text)
    usage = {
        "prompt_tokens": tokens(prompt) + tokens(page) + tokens(question),
        "completion_tokens": tokens(text),
    }
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return web.json_response({"model": body["model"], "choices": [choice], "usage": usage})


def best_sentence(page: str, question: str) -> str:
    """Return the sentence that shares the most words with the question, the later one of equals."""
    sentences = reversed(re.split(r"(?<=[.])\s+", page))
    return max(sentences, key=lambda sentence: len(stems(sentence) & stems(question)))


def stems(text: str) -> set[str]:
    """Reduce a text to the beginnings of its words, without names and small words."""
    return {word[:4] for word in re.findall(r"\b[a-z]+", text) if word not in SMALL}


def tokens(text: str) -> int:
    """Count words, as a stand-in for tokens."""
    return len(text.split())


async def serve() -> None:
    """Listen on a free port of the loopback interface, and print the address."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    print(f"http://127.0.0.1:{port}/v1", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until whoever started it is gone
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
