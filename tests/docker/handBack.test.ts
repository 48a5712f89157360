import { resolve } from "node:path";
import { Containers } from "../support/containers";

const ROOT = resolve(__dirname, "../..");

/** A home of somebody's, in which root has worked. In a container: nobody has to be root here. */
const HOME = `
you() { setpriv --reuid 1000 --regid 1001 --clear-groups "$@"; }
mkdir -p /home/you && chown 1000:1001 /home/you
you mkdir -p /home/you/project/.state
mkdir -p /home/you/project/.state/ssh/prod /home/you/.cache/berth/tools /home/you/.cache/other /root/kept
echo secret > /home/you/project/.state/ssh/prod/key && chmod 600 /home/you/project/.state/ssh/prod/key
touch /home/you/project/of-a-service && chown 70:70 /home/you/project/of-a-service
touch /root/file /root/kept/file /home/you/unrelated
ln -s /root/file /home/you/project/link
ln -s /root /home/you/project/folder`;

const GIVE = `
require("/project/tools/handBack.ts").handBack([
    "/home/you/project", "/home/you/.cache/berth", "/home/you/.nothing", "/root/kept",
]);`;

jest.setTimeout(60_000);
const containers = new Containers("hand-back");

afterAll(() => containers.removeAll());

it("gives its owner what root has made in a project and a cache, and nothing else to anybody", async () => {
    const look = "find /home/you /root/file /root/kept -printf '%U:%G %m %p\\n' | LC_ALL=C sort -k 3";
    const script = `${HOME}\nnode --require /project/tools/register.cjs -e '${GIVE}'\n${look}`;
    const { code, output } = await containers.run("node:20-slim", {
        Entrypoint: ["sh", "-euc", script],
        User: "0:0",
        HostConfig: { Binds: [`${ROOT}:/project:ro`], NetworkMode: "none" },
    });
    expect({ code, lines: output.trim().split("\n") }).toEqual({
        code: 0,
        lines: [
            "1000:1001 755 /home/you",
            "1000:1001 755 /home/you/.cache",
            "1000:1001 755 /home/you/.cache/berth",
            "1000:1001 755 /home/you/.cache/berth/tools",
            "0:0 755 /home/you/.cache/other",
            "1000:1001 755 /home/you/project",
            "1000:1001 755 /home/you/project/.state",
            "1000:1001 755 /home/you/project/.state/ssh",
            "1000:1001 755 /home/you/project/.state/ssh/prod",
            "1000:1001 600 /home/you/project/.state/ssh/prod/key",
            "1000:1001 777 /home/you/project/folder",
            "1000:1001 777 /home/you/project/link",
            "70:70 644 /home/you/project/of-a-service",
            "0:0 644 /home/you/unrelated",
            "0:0 644 /root/file",
            "0:0 755 /root/kept",
            "0:0 644 /root/kept/file",
        ],
    });
});
