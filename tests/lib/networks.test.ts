import { checkCidr, checkNamedCidr, firstAddress } from "../../lib/networks";

describe("a network", () => {
    it.each(["203.0.113.7/32", "10.0.0.0/8", "2001:db8::/48", "::1/128", "0.0.0.0/0"])(
        "%s is one",
        (cidr) => {
            expect(checkCidr("path", cidr)).toEqual([]);
        },
    );

    it.each([
        "",
        "203.0.113.7",
        "203.0.113.7/33",
        "2001:db8::/129",
        "300.1.1.1/8",
        "a/8",
        "10.0.0.0/",
        "10.0.0.0/8/8",
    ])("%j is none", (cidr) => {
        expect(checkCidr("path", cidr)).toHaveLength(1);
    });

    it.each(["203.0.113.7/24", "10.1.0.0/8", "2001:db8::1/48", "::ffff:10.0.0.1/120"])(
        "%s does not start where its network does",
        (cidr) => {
            expect(checkCidr("path", cidr)).toEqual([
                expect.objectContaining({
                    message: `"${cidr}" does not start with its network's first address`,
                }),
            ]);
        },
    );

    it.each(["203.0.113.0/24", "2001:db8:1::/48", "2001:db8:0:0:1:0:0:0/80", "::ffff:10.0.0.0/120"])(
        "%s starts where its network does",
        (cidr) => {
            expect(checkCidr("path", cidr)).toEqual([]);
        },
    );

    it("that lacks its bits is told how one address is written", () => {
        expect(checkCidr("from", "203.0.113.7")).toEqual([
            {
                path: "from",
                message: '"203.0.113.7" is no network: an address, a slash and the number of its fixed bits',
                fix: "203.0.113.7/32 for this one address",
            },
        ]);
        expect(checkCidr("from", "2001:db8::1")[0]?.fix).toBe("2001:db8::1/128 for this one address");
    });
});

describe("a named network", () => {
    it.each(["203.0.113.7/32", "198.51.100.0/24", "2001:db8::/48"])("%s is one", (cidr) => {
        expect(checkNamedCidr("path", cidr)).toEqual([]);
    });

    it.each(["0.0.0.0/0", "::/0", "128.0.0.0/1", "10.0.0.0/7"])("%s is the world", (cidr) => {
        expect(checkNamedCidr("path", cidr)).toEqual([
            {
                path: "path",
                message: `"${cidr}" is open to the world: SSH is let in from addresses that you name`,
                fix: "203.0.113.7/32 for one address",
            },
        ]);
    });
});

it.each([
    ["172.31.248.0/22", "172.31.248.1"],
    ["172.31.255.240/28", "172.31.255.241"],
    ["fd62:6572:7468::/64", "fd62:6572:7468::1"],
])("the first address of %s is %s", (cidr, address) => {
    expect(firstAddress(cidr)).toBe(address);
});
