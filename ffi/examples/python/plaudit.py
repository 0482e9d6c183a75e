"""libplaudit for Python: the standard library's ctypes, nothing to install or compile.

    with Library("/usr/local/lib/libplaudit.so") as library, library.load("rules") as program:
        verdict = program.ask("check", {"post": {"text": "Our mixer is the best!"}, "at": "2026-06-01"})

ctypes lets other Python threads run while a call is on its way, so that a ThreadPoolExecutor that asks
one program uses all cores. Close a handle when no call is using it any more: leave the `with` of the
threads before that of the handle.
"""

import ctypes
import json

OK, CSV = 0, 1
ABI_VERSION = 0


class Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("length", ctypes.c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.data, self.length).decode("utf-8")

    @classmethod
    def of(cls, text):
        # A c_char_p in a struct keeps the bytes that it was set to alive as long as the struct.
        data = text.encode("utf-8")
        return cls(data, len(data))


class ProblemStruct(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("level", ctypes.c_uint32),
        ("line", ctypes.c_uint32),
        ("column", ctypes.c_uint32),
        ("span", ctypes.c_uint32),
        ("code", Text),
        ("message", Text),
        ("help", Text),
        ("file", Text),
        ("field", Text),
    ]


class InputStruct(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("name", Text),
        ("map", Text),
        ("exported_at", Text),
        ("format", ctypes.c_uint32),
        ("whole", ctypes.c_uint32),
    ]


class Problem:
    """One thing that is wrong, copied out of its result: that is freed before anybody reads this."""

    def __init__(self, struct):
        self.code, self.message, self.help = str(struct.code), str(struct.message), str(struct.help)
        self.file, self.field, self.line = str(struct.file), str(struct.field), struct.line

    def __str__(self):
        place = ":".join(part for part in (self.file, str(self.line or "")) if part)
        said = f"{self.code}: {self.message}"
        return f"{place}: {said}" if place else said


class PlauditError(Exception):
    """A call that failed: its status, and the problems that led to it (never an empty list)."""

    def __init__(self, status, problems):
        super().__init__("\n".join(map(str, problems)))
        self.status, self.problems = status, problems
        first = problems[0]
        self.code, self.message, self.help = first.code, first.message, first.help
        self.file, self.line = first.file, first.line


class Library:
    """The shared library at a path."""

    def __init__(self, path):
        self._c = ctypes.CDLL(path)
        c, pointer = self._c, ctypes.c_void_p
        c.plaudit_abi_version.restype = ctypes.c_uint32
        c.plaudit_version.restype = ctypes.c_char_p
        if c.plaudit_abi_version() != ABI_VERSION:
            raise ImportError(f"{path} has interface {c.plaudit_abi_version()}, not {ABI_VERSION}")
        # Without these ctypes takes pointers for int and cuts them in half.
        c.plaudit_result_status.restype = ctypes.c_int32
        c.plaudit_result_status.argtypes = [pointer]
        c.plaudit_result_json.restype = pointer
        c.plaudit_result_json.argtypes = [pointer, ctypes.POINTER(ctypes.c_size_t)]
        c.plaudit_result_problem.restype = ctypes.c_int32
        c.plaudit_result_problem.argtypes = [pointer, ctypes.c_size_t, ctypes.POINTER(ProblemStruct)]
        c.plaudit_result_free.restype = None
        c.plaudit_result_free.argtypes = [pointer]
        for name in ("program", "ledger"):
            free = getattr(c, f"plaudit_{name}_free")
            free.restype, free.argtypes = None, [pointer]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The process keeps the library: there is nothing to gain from dlclose(), and threads to lose.
        pass

    @property
    def version(self):
        return self._c.plaudit_version().decode("utf-8")

    def load(self, directory):
        """Loads a program directory; raises PlauditError with everything that is wrong with it."""
        handle, path = ctypes.c_void_p(), directory.encode("utf-8")
        self._call("plaudit_program_load", path, ctypes.c_size_t(len(path)), None, ctypes.byref(handle))
        return Program(self, handle)

    def _call(self, function, *arguments):
        """Makes a call, frees its result, and gives its answer or raises its problems."""
        call = getattr(self._c, function)
        call.restype = ctypes.c_void_p
        result = call(*arguments)
        try:
            status = self._c.plaudit_result_status(result)
            if status != OK:
                raise PlauditError(status, self._problems(result))
            length = ctypes.c_size_t()
            data = self._c.plaudit_result_json(result, ctypes.byref(length))
            return json.loads(ctypes.string_at(data, length.value))
        finally:
            self._c.plaudit_result_free(result)

    def _problems(self, result):
        found, struct = [], ProblemStruct(size=ctypes.sizeof(ProblemStruct))
        while self._c.plaudit_result_problem(result, len(found), ctypes.byref(struct)) == OK:
            found.append(Problem(struct))
        return found


class _Handle:
    _noun = _asks = ""

    def __init__(self, library, handle):
        self._library, self._handle = library, handle

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Frees the handle; doing it again is fine. A later call is refused: it has no handle."""
        handle, self._handle = self._handle, None
        getattr(self._library._c, f"plaudit_{self._noun}_free")(handle)

    def ask(self, question, request):
        """Asks what plaudit.h names `question`, such as "leaderboard", with a request as it stands there."""
        data = json.dumps(request).encode("utf-8")
        return self._library._call(self._asks + question, self._handle, data, ctypes.c_size_t(len(data)))


class Program(_Handle):
    """Rules that were compiled once. Any number of threads may ask it at once."""

    _noun, _asks = "program", "plaudit_"

    def open(self, journal):
        """Opens a ledger over a journal file. The program may be closed before it."""
        handle, path = ctypes.c_void_p(), journal.encode("utf-8")
        self._library._call(
            "plaudit_ledger_open_file",
            self._handle, path, ctypes.c_size_t(len(path)), None, ctypes.byref(handle),
        )
        return Ledger(self._library, handle)


class Ledger(_Handle):
    """A program over a journal. Any number of threads may use it at once."""

    _noun, _asks = "ledger", "plaudit_ledger_"

    def sync(self, request, table, name, columns=""):
        """Brings the people on record in line with a complete list of them."""
        data, table = json.dumps(request).encode("utf-8"), bytes(table)
        return self._library._call(
            "plaudit_ledger_sync",
            self._handle,
            data, ctypes.c_size_t(len(data)),
            table, ctypes.c_size_t(len(table)),
            ctypes.byref(self._csv(name, columns)),
        )

    def load(self, table, name, columns=""):
        """Puts the events of a table on record: what can be used; the answer tells of the rest."""
        table = bytes(table)
        return self._library._call(
            "plaudit_ledger_import",
            self._handle, table, ctypes.c_size_t(len(table)), ctypes.byref(self._csv(name, columns)),
        )

    @staticmethod
    def _csv(name, columns):
        return InputStruct(
            size=ctypes.sizeof(InputStruct), name=Text.of(name), map=Text.of(columns), format=CSV
        )
