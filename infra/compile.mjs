// Compiles Python sources with the cloud's version of Python, whatever the machine has: CPython 3.12 built for
// WebAssembly (npm: pyodide). Bytecode is the same on every platform. Arguments: folders, each compiled in place.
import { loadPyodide } from "pyodide";

const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
process.argv.slice(2).forEach((folder, index) => {
  python.FS.mkdirTree(`/sources/${index}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, `/sources/${index}`);
});
const tag = await python.runPythonAsync(`
import compileall, os, py_compile, sys

# Libraries ship templates that are no valid modules; those stay without bytecode.
for folder in sorted(os.listdir("/sources"), key=int):
    root = f"/sources/{folder}"
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(root, quiet=2, force=True, stripdir=root, invalidation_mode=mode)
sys.implementation.cache_tag
`);
console.log(tag);
