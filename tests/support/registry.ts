import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./containers";
import { installPrograms } from "../../tools/setup/apt";

/** An image registry of a test file's own, on the loopback address, where the engine asks for no TLS. */
export interface Registry {
    /** `127.0.0.1:<port>`, in front of an image's name. */
    readonly address: string;
    stop(): Promise<void>;
}

/** Starts Debian's registry with an empty store. */
export async function startRegistry(): Promise<Registry> {
    await installPrograms([{ program: "docker-registry", package: "docker-registry" }], () => undefined);
    const folder = mkdtempSync(join(tmpdir(), "berth-test-registry-"));
    const address = `127.0.0.1:${await freePort()}`;
    const configuration = [
        "version: 0.1",
        "log: { level: error, accesslog: { disabled: true } }",
        `storage: { filesystem: { rootdirectory: ${JSON.stringify(join(folder, "data"))} } }`,
        `http: { addr: "${address}" }`,
        "",
    ];
    writeFileSync(join(folder, "config.yml"), configuration.join("\n"));
    const server = spawn("docker-registry", ["serve", join(folder, "config.yml")], {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, OTEL_TRACES_EXPORTER: "none" },
    });
    let errors = "";
    server.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
    await until(
        () => answers(`http://${address}/v2/`),
        () => Promise.resolve(`the registry does not answer: ${errors}`),
    );
    return {
        address,
        stop: async () => {
            server.kill();
            await exited;
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

function answers(url: string): Promise<boolean> {
    return new Promise((resolve) => {
        get(url, { agent: false }, (response) => {
            response.resume();
            resolve(response.statusCode === 200);
        }).on("error", () => resolve(false));
    });
}
