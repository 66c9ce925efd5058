"""cable.py - a connection that can be cut without a word, and mended."""
import select
import socket
import threading


class Cable:
    """A connection to the gateway that can be cut without a word."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = port
        self.cut = threading.Event()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    def carry(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.target))
        ends = {client: server, server: client}
        while not self.done.is_set():
            if self.cut.is_set():
                self.done.wait(0.05)
                continue
            for s in select.select(list(ends), [], [], 0.05)[0]:
                if self.cut.is_set():
                    break
                data = s.recv(65536)
                if not data:
                    self.done.set()
                    break
                ends[s].sendall(data)
        for s in (client, server, self.listener):
            s.close()

    def close(self):
        self.done.set()
        self.thread.join()
