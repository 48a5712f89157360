import { findOwner } from "../../providers/engine/owner";

const tables: Record<string, string> = {
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nnode:x:1000:1001::/home/node:/bin/sh\n",
    "/etc/group": "root:x:0:\nnode:x:1001:\nstaff:x:50:node\n",
};
const image = (path: string): Promise<string | undefined> => Promise.resolve(tables[path]);
const empty = (): Promise<undefined> => Promise.resolve(undefined);

describe("the owner of files", () => {
    it.each([
        ["", 0, 0],
        ["root", 0, 0],
        ["node", 1000, 1001],
        ["node:", 1000, 1001],
        ["node:staff", 1000, 50],
        ["node:7", 1000, 7],
        ["1000", 1000, 1001],
        ["1000:staff", 1000, 50],
        ["4321", 4321, 0],
        ["4321:1234", 4321, 1234],
    ])("%j is %d:%d", async (user, uid, gid) => {
        expect(await findOwner(user, image)).toEqual({ uid, gid });
    });

    it("may be a number in an image without users", async () => {
        expect(await findOwner("12", empty)).toEqual({ uid: 12, gid: 0 });
        expect(await findOwner("12:34", empty)).toEqual({ uid: 12, gid: 34 });
    });

    it("must be known by its name", async () => {
        await expect(findOwner("node", empty)).rejects.toThrow(
            'the image has no user "node": give its number',
        );
        await expect(findOwner("nobody", image)).rejects.toThrow('the image has no user "nobody"');
        await expect(findOwner("node:wheel", image)).rejects.toThrow('the image has no group "wheel"');
    });
});
