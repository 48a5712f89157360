import { exits, FlyPlatform, FOREVER, history, NODE } from "../support/flyPlatform";

jest.setTimeout(60_000);
let platform: FlyPlatform;

beforeAll(async () => {
    platform = await FlyPlatform.start("machines", { images: { "registry.fly.io/shop:7": NODE } });
});

afterAll(async () => {
    await platform.fly.stop();
});

const sleeping = { init: { cmd: FOREVER } };

describe("a machine", () => {
    it("starts, stops, starts clean, and goes", async () => {
        const { calls } = platform;
        const machine = await platform.launch(sleeping);
        const path = platform.path(machine);
        await platform.shell(machine, "echo left > /tmp/left");
        expect(await calls.refusal("DELETE", path)).toBe(
            "412 failed_precondition: machine still active, refusing to destroy",
        );
        expect((await calls.post(`${path}/stop`)).status).toBe(200);
        const stopped = await calls.wait("shop", machine, "stopped");
        expect(history(stopped)).toEqual([
            "launch created",
            "start starting",
            "start started",
            "stop stopping",
            "exit stopped",
        ]);
        expect(exits(stopped)).toEqual([{ exit_code: 130, restarting: false, requested_stop: true }]);
        expect(await calls.refusal("POST", `${path}/exec`, { cmd: "true" })).toBe(
            "412 failed_precondition: machine is stopped, not started",
        );
        expect((await calls.post(`${path}/start`)).body).toEqual({ previous_state: "stopped" });
        await calls.wait("shop", machine);
        expect(await platform.shell(machine, "cat /tmp/left || echo clean")).toBe("clean\n");
        expect((await calls.delete(`${path}?force=true`)).status).toBe(200);
        expect((await calls.wait("shop", machine, "destroyed")).state).toBe("destroyed");
        expect(await calls.refusal("POST", `${path}/start`)).toBe("404 not_found: machine not found");
    });

    it("knows where it is, and the secrets of the version that it was made with", async () => {
        const { calls } = platform;
        await calls.post("/apps/shop/secrets", { values: { TOKEN: "first", MODE: "secret" } });
        const config = {
            image: "registry.fly.io/shop:7",
            env: { MODE: "plain", PORT: "80" },
            metadata: { fly_process_group: "web" },
            ...sleeping,
        };
        const machine = await platform.launch(config);
        const env = async () => {
            const lines = (await platform.shell(machine, "env")).split("\n");
            return Object.fromEntries(lines.map((line) => line.split("=") as [string, string]));
        };
        expect(machine.image_ref).toMatchObject({
            registry: "registry.fly.io",
            repository: "shop",
            tag: "7",
        });
        expect(await env()).toMatchObject({
            TOKEN: "first",
            MODE: "secret",
            PORT: "80",
            FLY_APP_NAME: "shop",
            FLY_MACHINE_ID: machine.id,
            FLY_REGION: "fra",
            FLY_PRIVATE_IP: machine.private_ip,
            FLY_IMAGE_REF: "registry.fly.io/shop:7",
            FLY_PROCESS_GROUP: "web",
            FLY_MACHINE_VERSION: machine.instance_id,
        });
        await calls.post("/apps/shop/secrets/TOKEN", { value: "second" });
        await calls.post(`${platform.path(machine)}/restart`);
        expect(await env()).toMatchObject({ TOKEN: "first" });
        const updated = await platform.update(machine, config, { min_secrets_version: 2 });
        await calls.wait("shop", updated);
        expect(await env()).toMatchObject({ TOKEN: "second", FLY_MACHINE_VERSION: updated.instance_id });
    });

    it("is replaced in its place by an update", async () => {
        const { calls } = platform;
        const machine = await platform.launch({ ...sleeping, stop_config: { signal: "SIGTERM" } });
        const checks = { late: { type: "tcp", port: 1, grace_period: "1h" } } as const;
        const updated = await platform.update(machine, { ...sleeping, checks, env: { NEW: "1" } });
        expect(updated).toMatchObject({
            id: machine.id,
            private_ip: machine.private_ip,
            state: "replacing",
            checks: [{ name: "late", status: "warning" }],
        });
        await calls.wait("shop", updated);
        expect(await platform.shell(updated, "echo $NEW")).toBe("1\n");
        // It was stopped as its old config said.
        expect(exits(await platform.get(updated))).toMatchObject([{ exit_code: 143 }]);
        const last = await platform.update(updated, sleeping, { skip_launch: true });
        expect(await calls.wait("shop", last, "stopped")).toMatchObject({ state: "stopped" });
    });

    it("is what the last of two updates says", async () => {
        const deaf = { init: { exec: ["sh", "-c", "trap '' INT; while :; do sleep 0.05; done"] } };
        const stop_config = { timeout: "500ms" };
        const machine = await platform.launch({ ...deaf, stop_config });
        // The old version takes its time to stop: the second update comes meanwhile.
        await platform.update(machine, sleeping, { skip_launch: true });
        const last = await platform.update(machine, { ...sleeping, env: { NEW: "2" } });
        await platform.calls.wait("shop", last);
        expect(await platform.shell(last, "echo $NEW")).toBe("2\n");
        await platform.update(machine, { ...deaf, stop_config });
        const off = await platform.update(machine, sleeping, { skip_launch: true });
        expect(await platform.calls.wait("shop", off, "stopped")).toMatchObject({ config: sleeping });
    });

    it("gets the signal and the time that were asked for", async () => {
        const { calls } = platform;
        const trap = "trap 'echo got TERM; exit 7' TERM; trap '' INT; echo up; while :; do sleep 0.05; done";
        const config = { init: { exec: ["sh", "-c", trap] }, restart: { policy: "no" } } as const;
        const machine = await platform.launch(config);
        const up = async () => (await platform.fly.logs(machine.id)).includes("up");
        while (!(await up()));
        await calls.post(`${platform.path(machine)}/stop`, { signal: "SIGTERM", timeout: "10s" });
        expect(exits(await calls.wait("shop", machine, "stopped"))).toMatchObject([{ exit_code: 7 }]);
        expect(await platform.fly.logs(machine.id)).toBe("up\ngot TERM\n");
        await calls.post(`${platform.path(machine)}/start`);
        await calls.wait("shop", machine);
        while (!(await up()));
        await calls.post(`${platform.path(machine)}/stop`, { timeout: "0.1s" });
        expect(exits(await calls.wait("shop", machine, "stopped"))).toMatchObject([
            { exit_code: 7 },
            { exit_code: 137, requested_stop: true },
        ]);
    });

    it("keeps its memory while it is suspended", async () => {
        const { calls } = platform;
        const machine = await platform.launch(sleeping);
        await platform.shell(machine, "echo kept > /tmp/kept");
        await calls.post(`${platform.path(machine)}/suspend`);
        await calls.wait("shop", machine, "suspended");
        await calls.post(`${platform.path(machine)}/start`);
        await calls.wait("shop", machine);
        expect(await platform.shell(machine, "cat /tmp/kept")).toBe("kept\n");
        await calls.post(`${platform.path(machine)}/suspend`);
        await calls.wait("shop", machine, "suspended");
        await calls.post(`${platform.path(machine)}/stop`);
        expect(await calls.wait("shop", machine, "stopped")).toMatchObject({ state: "stopped" });
    });

    it("runs commands, and says what they printed and how they ended", async () => {
        const machine = await platform.launch(sleeping);
        const script = "cat; echo to stderr >&2; exit 3";
        expect((await platform.exec(machine, ["sh", "-c", script], "to stdout")).body).toMatchObject({
            exit_code: 3,
            stdout: "to stdout",
            stderr: "to stderr\n",
        });
        const path = `${platform.path(machine)}/exec`;
        const line = await platform.calls.post(path, { cmd: `sh -c "printf '%s|' one 'two three'"` });
        expect(line.body).toMatchObject({ exit_code: 0, stdout: "one|two three|" });
        expect(await platform.calls.refusal("POST", path, { cmd: "sleep 5", timeout: 0.2 })).toBe(
            "408 deadline_exceeded: command took more than 0.2 s",
        );
    });

    it("has the files that its config lists", async () => {
        const base64 = (text: string) => Buffer.from(text).toString("base64");
        await platform.calls.post("/apps/shop/secrets/KEYFILE", { value: base64("from a secret") });
        const machine = await platform.launch({
            ...sleeping,
            files: [
                { guest_path: "/etc/shop/plain.txt", raw_value: base64("plain") },
                { guest_path: "/etc/shop/secret.txt", secret_name: "KEYFILE" },
            ],
        });
        expect(await platform.shell(machine, "cat /etc/shop/plain.txt /etc/shop/secret.txt")).toBe(
            "plainfrom a secret",
        );
    });

    it("that can't be started has failed", async () => {
        const machine = await platform.create({ processes: [{ user: "no-such-user" }] });
        const query = "state=started&timeout=30";
        expect(await platform.calls.refusal("GET", `${platform.path(machine)}/wait?${query}`)).toBe(
            "412 failed_precondition: machine failed to reach desired state, started, currently failed",
        );
    });

    it("is there, and once, when the answer to its creation was lost", async () => {
        platform.fly.fault({ action: "machine_create", kind: "drop-after" });
        await expect(platform.create(sleeping, { name: "lost" })).rejects.toThrow("fetch failed");
        await expect(platform.create(sleeping, { name: "lost" })).rejects.toThrow("409 already_exists");
    });
});

describe("a machine whose process ends", () => {
    it("was a release command: its exit code is told after it is gone", async () => {
        const machine = await platform.create({
            init: { exec: ["sh", "-c", "exit 3"] },
            auto_destroy: true,
            restart: { policy: "no" },
        });
        const gone = await platform.calls.wait("shop", machine, "destroyed");
        expect(exits(gone)).toEqual([{ exit_code: 3, restarting: false, requested_stop: false }]);
        expect(gone.events[0]).toMatchObject({ type: "destroy", status: "destroyed", source: "flyd" });
    });

    it("is started again as often as its policy says", async () => {
        const restart = { policy: "on-failure", max_retries: 2 } as const;
        const failing = await platform.create({ init: { exec: ["sh", "-c", "exit 4"] }, restart });
        const stopped = await platform.until(failing, ({ state }) => state === "stopped");
        expect(exits(stopped)).toEqual([
            { exit_code: 4, restarting: true, requested_stop: false },
            { exit_code: 4, restarting: true, requested_stop: false },
            { exit_code: 4, restarting: false, requested_stop: false },
        ]);
        const done = await platform.create({ init: { exec: ["true"] }, restart });
        expect(exits(await platform.until(done, ({ state }) => state === "stopped"))).toHaveLength(1);
    });

    it("is started again for ever by the policy always, until it is stopped", async () => {
        const always = await platform.create({ init: { exec: ["true"] }, restart: { policy: "always" } });
        await platform.until(always, (now) => exits(now).filter(({ restarting }) => restarting).length > 2);
        await platform.calls.post(`${platform.path(always)}/stop`);
        const count = exits(await platform.calls.wait("shop", always, "stopped")).length;
        expect(exits(await platform.get(always))).toHaveLength(count);
    });

    it("has stopped for whoever waits, by a signal that was no request to stop", async () => {
        const machine = await platform.launch({ ...sleeping, restart: { policy: "no" } });
        const waiting = platform.calls.wait("shop", machine, "stopped");
        await platform.calls.post(`${platform.path(machine)}/signal`, { signal: 9 });
        expect(exits(await waiting)).toEqual([{ exit_code: 137, restarting: false, requested_stop: false }]);
        expect(await platform.calls.refusal("POST", `${platform.path(machine)}/signal`, { signal: 9 })).toBe(
            "412 failed_precondition: machine not in known state for signaling: stopped",
        );
    });

    it("ends a wait that began before it ended, for it won't be started again", async () => {
        const machine = await platform.launch({ ...sleeping, restart: { policy: "no" } });
        const waiting = platform.calls.refusal("GET", `${platform.path(machine)}/wait?state=suspended`);
        await platform.calls.delete(`${platform.path(machine)}?force=true`);
        expect(await waiting).toBe("404 not_found: machine not found");
    });
});

describe("the private network", () => {
    it("knows machines by their names, and only those of its own", async () => {
        const { calls } = platform;
        await calls.post("/apps", { name: "asking", org_slug: "personal" });
        await calls.post("/apps", { name: "apart", org_slug: "personal", network: "apart" });
        const asked = await platform.launch(sleeping);
        const near = await platform.launch(sleeping, {}, "asking");
        const far = await platform.launch(sleeping, {}, "apart");
        const lookUp = async (app: string, { id }: { id: string }, name: string) => {
            const { body } = await calls.post<{ stdout: string }>(`/apps/${app}/machines/${id}/exec`, {
                command: ["getent", "ahostsv4", name],
            });
            return body.stdout.split(/\s/)[0];
        };
        const name = `${asked.id}.vm.shop.internal`;
        expect(await lookUp("asking", near, name)).toBe(asked.private_ip);
        expect(await lookUp("asking", near, "asking.internal")).toBe(near.private_ip);
        expect(await lookUp("asking", near, "fra.asking.internal")).toBe(near.private_ip);
        expect(await lookUp("apart", far, name)).toBe("");
    });
});

describe("an app", () => {
    it("is removed with all that is in it, when that is forced", async () => {
        const { calls } = platform;
        await calls.post("/apps", { name: "gone", org_slug: "personal" });
        const { body } = await calls.post<{ id: string }>("/apps/gone/volumes", {
            name: "data",
            region: "fra",
        });
        const mounts = [{ volume: body.id, path: "/data" }];
        await platform.launch({ ...sleeping, mounts }, {}, "gone");
        expect(await calls.refusal("DELETE", "/apps/gone")).toBe(
            "412 failed_precondition: app has 1 machines that are not stopped",
        );
        expect((await calls.delete("/apps/gone?force=true")).status).toBe(202);
        expect((await calls.get("/apps/gone")).status).toBe(404);
        // Its machine is still on its way out.
        await calls.post("/apps", { name: "gone", org_slug: "personal" });
        expect((await calls.get("/apps/gone/machines?include_deleted=true")).body).toEqual([]);
        expect((await calls.get("/apps/gone/volumes")).body).toEqual([]);
    });
});
