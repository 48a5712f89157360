"use strict";
// The first thing that runs on a fresh clone, so it needs nothing but Node: sees that Node is new enough and that the
// packages are there, then hands over to tools/commands/<command>.ts.
const { spawn } = require("child_process");
const { createHash } = require("crypto");
const fs = require("fs");
const path = require("path");

const root = path.resolve(__dirname, "..");
const minimum = [20, 19];

function nodeIsTooOld(version) {
    const [major, minor] = version.split(".").map(Number);
    return major < minimum[0] || (major === minimum[0] && minor < minimum[1]);
}

function commands() {
    return fs
        .readdirSync(path.join(__dirname, "commands"))
        .filter((file) => file.endsWith(".ts"))
        .map((file) => path.basename(file, ".ts"))
        .sort();
}

function fail(text) {
    process.stderr.write(`${text}\n`);
    return 1;
}

/** Runs npm with this Node, whatever `npm` the PATH may hold; a line tells how long it takes. */
function installPackages() {
    const cli = process.env.npm_execpath;
    const [file, first] = cli && cli.endsWith(".js") ? [process.execPath, [cli]] : ["npm", []];
    const began = Date.now();
    process.stderr.write("  … npm packages: npm ci\n");
    return new Promise((resolve) => {
        // Output of npm goes to stderr: stdout may be read by a shell (`eval "$(npm run -s env)"`).
        const child = spawn(file, [...first, "ci", "--no-fund", "--no-audit", "--loglevel", "error"], {
            cwd: root,
            stdio: ["inherit", 2, 2],
            // Under `npm test` npm hands its own settings on; the install is one of its own.
            env: { ...process.env, NODE_ENV: undefined, npm_config_omit: undefined, npm_command: undefined },
        });
        child.on("error", (error) => resolve(fail(`npm could not be started: ${error.message}`)));
        child.on("close", (code, signal) => {
            if (code === 0) {
                process.stderr.write(`  ✓ npm packages  ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
                return resolve(0);
            }
            if (signal) {
                return resolve(130);
            }
            resolve(
                fail(
                    "`npm ci` failed (see above). It needs the npm registry: check the network, then run this again.",
                ),
            );
        });
    });
}

/** Installs the packages when there are none, or when they are not those of the lock file. */
async function ensurePackages() {
    const lockHash = createHash("sha256")
        .update(fs.readFileSync(path.join(root, "package-lock.json")))
        .digest("hex");
    const stamp = path.join(root, "node_modules", ".berth-lock-hash");
    if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === lockHash) {
        return 0;
    }
    const code = await installPackages();
    if (code === 0) {
        fs.writeFileSync(stamp, lockHash);
    }
    return code;
}

async function main([command, ...args]) {
    if (nodeIsTooOld(process.versions.node)) {
        return fail(
            `This needs Node ${minimum.join(".")} or newer, and ${process.execPath} is ${process.versions.node}: install Node 20 or 22.`,
        );
    }
    if (!commands().includes(command)) {
        const wish =
            command === undefined || command === "--help"
                ? "Which command?"
                : `There is no command "${command}".`;
        fail(`${wish} There are: ${commands().join(", ")}. Each tells more with --help.`);
        return command === "--help" ? 0 : 2;
    }
    const code = await ensurePackages();
    if (code !== 0) {
        return code;
    }
    require("./register.cjs");
    return require(`./commands/${command}.ts`).run(args);
}

main(process.argv.slice(2)).then(
    (code) => {
        process.exitCode = code;
    },
    (error) => {
        if (error && error.helpShown) {
            return;
        }
        // What the set-up knows how to explain needs no stack trace.
        process.exitCode = fail(
            error && error.explained ? error.message : (error && error.stack) || String(error),
        );
    },
);
