import { Containers } from "../support/containers";
import { checkContract } from "../support/contract";

const image = "node:20-slim";
const containers = new Containers("node");

afterAll(() => containers.removeAll(), 60_000);

checkContract(image, {
    N1: async () => {
        const command = "node --version && npm --version && npx --version && command -v sh";
        const { code, output } = await containers.run(image, { Cmd: ["sh", "-c", command] });
        expect(code).toBe(0);
        expect(output).toMatch(/^v20\.\d+\.\d+\n\d+\.\d+\.\d+\n\d+\.\d+\.\d+\n\/.*sh\n$/);
    },
    N2: async () => {
        const command = 'id && cd ~ && pwd && touch here && stat -c "%U" here';
        const { output } = await containers.run(image, { User: "node", Cmd: ["sh", "-c", command] });
        expect(output).toMatch(/^uid=1000\(node\) gid=1000\(node\).*\n\/home\/node\nnode\n$/);
    },
    N3: async () => {
        expect(await containers.run(image, { Cmd: ["-p", "6 * 7"] })).toEqual({ code: 0, output: "42\n" });
        const script =
            "echo 'console.log(process.argv[2])' > /tmp/a.js && exec docker-entrypoint.sh /tmp/a.js given";
        expect(await containers.run(image, { Cmd: ["sh", "-c", script] })).toEqual({
            code: 0,
            output: "given\n",
        });
    },
});
