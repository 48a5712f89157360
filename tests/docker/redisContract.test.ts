import type Docker from "dockerode";
import { Containers, exec, logs, until } from "../support/containers";
import { checkContract } from "../support/contract";

const image = "redis:7";
const containers = new Containers("redis");

afterAll(() => containers.removeAll(), 60_000);

async function answering(container: Docker.Container, port = "6379"): Promise<Docker.Container> {
    await until(
        async () => (await cli(container, port, "ping")) === "PONG",
        () => logs(container),
    );
    return container;
}

async function cli(container: Docker.Container, port: string, ...command: string[]): Promise<string> {
    return (await exec(container, ["redis-cli", "-p", port, ...command])).output.trim();
}

checkContract(image, {
    R1: async () => {
        const container = await answering(await containers.start(image));
        expect((await exec(container, ["id", "redis"])).output).toMatch(/^uid=999\(redis\) gid=999\(redis\)/);
        expect((await containers.docker.getImage(image).inspect()).Config.User).toBe("");
        const status = await exec(container, ["sh", "-c", "grep -E '^(Name|Uid|CapEff)' /proc/1/status"]);
        expect(status.output.split("\n").map((line) => line.split("\t")[1])).toEqual(
            expect.arrayContaining(["redis-server", "999", "0000000000000000"]),
        );
    },
    R2: async () => {
        const { Config } = await containers.docker.getImage(image).inspect();
        expect(Config.Volumes).toEqual({ "/data": {} });
        expect(Config.WorkingDir).toBe("/data");
        const volume = await containers.volume();
        const HostConfig = { Binds: [`${volume}:/data`] };
        await containers.run(image, {
            Entrypoint: ["sh", "-c", "touch /data/x && chown 0:0 /data /data/x"],
            HostConfig,
        });
        const container = await answering(await containers.start(image, { HostConfig }));
        expect((await exec(container, ["stat", "-c", "%u:%g", "/data", "/data/x"])).output).toBe(
            "999:999\n999:999\n",
        );
    },
    R3: async () => {
        const options = await answering(await containers.start(image, { Cmd: ["--port", "7000"] }), "7000");
        expect(await cli(options, "7000", "config", "get", "port")).toBe("port\n7000");
        const write =
            'printf "port 7001\\n" > /tmp/own.conf && chmod 644 /tmp/own.conf && exec docker-entrypoint.sh /tmp/own.conf';
        await answering(await containers.start(image, { Entrypoint: ["sh", "-c", write] }), "7001");
    },
    R4: async () => {
        const command = "redis-server --version && redis-cli --version && command -v sh";
        const { code, output } = await containers.run(image, { Cmd: ["sh", "-c", command] });
        expect(output).toMatch(/v=7\.[\s\S]*redis-cli 7\./);
        expect(code).toBe(0);
    },
    R5: async () => {
        const volume = await containers.volume();
        const options = {
            Cmd: ["redis-server", "--appendonly", "yes"],
            HostConfig: { Binds: [`${volume}:/data`] },
        };
        const first = await answering(await containers.start(image, options));
        expect(await cli(first, "6379", "set", "kept", "yes")).toBe("OK");
        await first.stop();
        expect((await first.inspect()).State.ExitCode).toBe(0);
        const second = await answering(await containers.start(image, options));
        expect(await cli(second, "6379", "get", "kept")).toBe("yes");
    },
    R6: async () => {
        const volume = await containers.volume();
        const HostConfig = { ReadonlyRootfs: true, Binds: [`${volume}:/data`] };
        const Cmd = ["redis-server", "--appendonly", "yes"];
        const container = await answering(
            await containers.start(image, { User: "999:999", Cmd, HostConfig }),
        );
        expect(await cli(container, "6379", "set", "a", "b")).toBe("OK");
    },
});
