"""Start the server."""

import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from proxyclip_geo.api.embedding import open_embedding
from proxyclip_geo.errors import OptionError
from proxyclip_geo.files import temporary_folder
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.serve.app import create_app
from proxyclip_geo.serve.atlas import Atlas
from proxyclip_geo.serve.options import ServeOptions
from proxyclip_geo.serve.words import WordReader

# More connections than that are refused.
_MOST_CONNECTIONS = 1000


@dataclass(frozen=True)
class OpenServer:
    """A server that listens and does not answer yet.

    Attributes:
        url: Address of the page.
        atlas: The embeddings.
        reader: Reads the words of requests.
        run: Answers requests until `stop` is called, or the process is interrupted.
        stop: Lets `run` return soon; may be called in another thread.
    """

    url: str
    atlas: Atlas
    reader: WordReader
    run: Callable[[], None]
    stop: Callable[[], None]


def serve(
    embeddings: Sequence[str | Path],
    *,
    options: ServeOptions | None = None,
    progress: Progress = no_progress,
    started: Callable[[str], None],
) -> None:
    """Serve embeddings until the process is interrupted.

    Args:
        embeddings: Paths or URLs of embeddings of one model.
        options: Address and limits.
        progress: Called while overviews are computed.
        started: Called with the URL of the page when the server listens.

    Raises:
        OptionError: If the address is in use, or embeddings do not belong together.
        StoreError: If one is missing, damaged or incomplete.
    """
    with open_server(embeddings, options=options or ServeOptions(), progress=progress) as opened:
        started(opened.url)
        # Ctrl-C is how a server ends.
        with suppress(KeyboardInterrupt):
            opened.run()


@contextmanager
def open_server(
    embeddings: Sequence[str | Path], *, options: ServeOptions, progress: Progress = no_progress
) -> Iterator[OpenServer]:
    """Yield a server of embeddings that listens; arguments and errors as for `serve`."""
    with _listen(options) as listener, temporary_folder() as scratch, ThreadPoolExecutor(1, "words") as loader:
        opened = [open_embedding(name) for name in embeddings]
        atlas = Atlas(opened, cache=options.cache, scratch=scratch, progress=progress)
        app = create_app(atlas, options)
        # Words that are in no cache are answered at once when it is loaded.
        loader.submit(opened[0].text.preload)
        host, port = listener.getsockname()[:2]
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
        server = uvicorn.Server(config)
        yield OpenServer(
            url=f"http://{f'[{host}]' if ':' in host else host}:{port}/",
            atlas=atlas,
            reader=app.state.server.reader,
            run=lambda: server.run(sockets=[listener]),
            stop=lambda: setattr(server, "should_exit", True),
        )


def _listen(options: ServeOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, options.port), family=family, backlog=256)
    except OSError as error:
        raise OptionError(
            f"cannot listen on {options.host}, port {options.port} ({error.strerror or error}); give another "
            "`port`, or port=0 for a free one"
        ) from error
