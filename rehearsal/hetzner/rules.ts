import { Field, list, object, oneOf, optional, text, wrong } from "./fields";
import { cidr } from "./ranges";
import { Rule } from "./serverHost";

/** Source of both limits: Hetzner Cloud's documentation of firewalls. */
const MAX_RULES = 50;
const MAX_RANGES = 100;

const MAX_PORT = 65_535;

/** `80`, `80-85` or `any`. */
const port: Field<string> = (value) => {
    const given = text(value);
    const [, from = "", to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(given) ?? [];
    const isRange = from !== "" && Number(from) >= 1 && Number(to) <= MAX_PORT && Number(from) <= Number(to);
    if (given !== "any" && !isRange) {
        throw wrong(`must be a port from 1 to ${MAX_PORT}, a range of them (80-85) or any`);
    }
    return given;
};

const fields = object({
    direction: oneOf("in", "out"),
    protocol: oneOf("tcp", "udp", "icmp", "esp", "gre"),
    port: optional(port),
    source_ips: optional(list(cidr, MAX_RANGES)),
    destination_ips: optional(list(cidr, MAX_RANGES)),
    description: optional(text),
});

const rule: Field<Rule> = (value) => {
    const given = fields(value);
    const hasPorts = given.protocol === "tcp" || given.protocol === "udp";
    if (hasPorts !== (given.port !== undefined)) {
        throw wrong(`port ${hasPorts ? "is required" : "is not allowed"} for the protocol ${given.protocol}`);
    }
    const needed = given.direction === "in" ? "source_ips" : "destination_ips";
    const ranges = given[needed];
    if (ranges === undefined || ranges.length === 0) {
        throw wrong(`${needed} must name somebody when the direction is ${given.direction}`);
    }
    return {
        direction: given.direction,
        protocol: given.protocol,
        port: given.port ?? null,
        source_ips: given.source_ips ?? [],
        destination_ips: given.destination_ips ?? [],
        description: given.description ?? null,
    };
};

export const rules: Field<Rule[]> = list(rule, MAX_RULES);
