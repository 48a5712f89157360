"use strict";
// Lets plain `node` load the project's TypeScript: transpiled in memory, types checked elsewhere (`npm run lint`).
const { transformSync } = require("@swc/core");
const { addHook } = require("pirates");

const options = {
    swcrc: false,
    sourceMaps: "inline",
    module: { type: "commonjs" },
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
};
addHook((code, filename) => transformSync(code, { ...options, filename }).code, {
    exts: [".ts"],
    ignoreNodeModules: true,
});
process.setSourceMapsEnabled(true);
