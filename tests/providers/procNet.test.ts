import { createServer, connect, AddressInfo } from "node:net";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { procAddress } from "../../providers/engine/procNet";

describe("an address as the kernel lists it", () => {
    it.each([
        ["127.0.0.1", 8080, "0100007F:1F90"],
        ["172.18.0.5", 3000, "050012AC:0BB8"],
        ["::1", 80, "00000000000000000000000001000000:0050"],
        ["fd00:be5:0:1::7", 65535, "E50B00FD010000000000000007000000:FFFF"],
        ["2001:db8:1:2:3:4:5:6", 1, "B80D0120020001000400030006000500:0001"],
    ])("%s %i", (address, port, listed) => {
        expect(procAddress(address, port)).toBe(listed);
    });

    it.each(["127.0.0.1", "::1"])("is found in this machine's own list: %s", async (address) => {
        const server = createServer().listen(0, address);
        await once(server, "listening");
        const { port } = server.address() as AddressInfo;
        const client = connect(port, address);
        await once(client, "connect");
        const list = readFileSync(address === "::1" ? "/proc/net/tcp6" : "/proc/net/tcp", "utf8");
        expect(list).toMatch(new RegExp(` ${procAddress(address, port)} 01 `));
        client.destroy();
        server.close();
    });
});
