import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import net from "node:net";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { answers, detectWorld } from "../../tools/setup/world";

// The probe speaks HTTPS; what it makes of answers is the same over HTTP, and needs no certificate.
jest.spyOn(https, "request").mockImplementation(http.request);

let folder: string;
const servers: (http.Server | net.Server)[] = [];

beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-world-"));
});

afterEach(async () => {
    fs.rmSync(folder, { recursive: true });
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: http.Server | net.Server): Promise<string> {
    servers.push(server);
    await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const replying = (status: number) =>
    listen(http.createServer((_, response) => response.writeHead(status, { location: "/elsewhere" }).end()));

test.each([
    [200, true],
    [302, true],
    [403, false],
    [502, false],
])("status %i means online: %s", async (status, online) => {
    expect(await answers(await replying(status), 2000)).toBe(online);
});

test("nobody listens: not online, at once", async () => {
    const url = await replying(200);
    await new Promise((resolve) => servers.splice(0).at(0)?.close(resolve));
    expect(await answers(url, 2000)).toBe(false);
});

test("a network that swallows everything is not waited for", async () => {
    const sockets: net.Socket[] = [];
    const url = await listen(net.createServer((socket) => sockets.push(socket)));
    expect(await answers(url, 200)).toBe(false);
    sockets.forEach((socket) => socket.destroy());
});

test("BERTH_WORLD decides without a look, and nothing else may stand in it", async () => {
    const probe = jest.fn(() => Promise.resolve(true));
    expect(await detectWorld({ BERTH_CACHE: folder, BERTH_WORLD: "air-gapped" }, probe)).toBe("air-gapped");
    expect(probe).not.toHaveBeenCalled();
    await expect(detectWorld({ BERTH_CACHE: folder, BERTH_WORLD: "offline" }, probe)).rejects.toThrow(
        'BERTH_WORLD is "offline".',
    );
});

test("the answer is remembered for a while and not for ever", async () => {
    const env = { BERTH_CACHE: folder };
    const probe = jest.fn(() => Promise.resolve(false));
    expect(await detectWorld(env, probe)).toBe("air-gapped");
    expect(await detectWorld(env, probe)).toBe("air-gapped");
    expect(probe).toHaveBeenCalledTimes(1);
    const old = { world: "air-gapped", at: Date.now() - 3600_000 };
    fs.writeFileSync(path.join(folder, "world.json"), JSON.stringify(old));
    expect(await detectWorld(env, () => Promise.resolve(true))).toBe("online");
});

test("a broken memory is no memory", async () => {
    fs.writeFileSync(path.join(folder, "world.json"), "{");
    expect(await detectWorld({ BERTH_CACHE: folder }, () => Promise.resolve(true))).toBe("online");
});
