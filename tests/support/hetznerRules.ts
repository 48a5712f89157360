import fc from "fast-check";
import type { Rule } from "../../rehearsal/hetzner";

/** Of few networks, so that ranges hold one another and addresses are in some of them. */
const anyIpv4 = fc
    .tuple(
        fc.constantFrom(10, 192),
        fc.constantFrom(0, 1),
        fc.constantFrom(0, 128),
        fc.constantFrom(0, 1, 129),
    )
    .map((parts) => parts.join("."));
const anyIpv6 = fc
    .tuple(fc.constantFrom("2001", "fd00"), fc.constantFrom("db8", "db9"), fc.constantFrom("0", "8000"))
    .map(([a, b, c]) => `${a}:${b}:${c}:0:0:0:0:1`);

export const anyAddress = fc.oneof(anyIpv4, anyIpv6);

const ipv4Range = fc.constantFrom(
    ...["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.0.0.1/32", "192.0.0.0/15", "192.1.128.128/25"],
);
const ipv6Range = fc.constantFrom(
    ...["::/0", "2001:db8::/32", "2001:db8::/31", "2001:db8:8000::/33", "fd00::/8", "fd00:db9::1/128"],
);
const ranges = fc.array(fc.oneof(ipv4Range, ipv6Range), { minLength: 1, maxLength: 5 });

const port = fc.oneof(
    fc.constantFrom("any", "80", "80-85", "85-85", "1-65535"),
    fc
        .tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 1, max: 65_535 }))
        .map((ends) => ends.sort((a, b) => a - b).join("-")),
);
const matter = fc.oneof(
    fc.record({ protocol: fc.constantFrom("tcp" as const, "udp" as const), port }),
    fc.record({
        protocol: fc.constantFrom("icmp" as const, "esp" as const, "gre" as const),
        port: fc.constant(null),
    }),
);
const anyRule: fc.Arbitrary<Rule> = fc
    .tuple(matter, ranges, fc.boolean(), fc.option(fc.string()))
    .map(([what, named, isIn, description]) => ({
        direction: isIn ? "in" : "out",
        ...what,
        source_ips: isIn ? named : [],
        destination_ips: isIn ? [] : named,
        description,
    }));

/** Rules as the API takes them. */
export const anyRules = fc.array(anyRule, { maxLength: 8 });
