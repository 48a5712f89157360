"use strict";
// The program that a stack is held against: every resource registered bare, in plain JavaScript, with literal inputs.
// The values come from a file, so that no line of a program, which an error might show, holds a secret.
const pulumi = require("@pulumi/pulumi");
const registrations = require("./registrations.json");

const signatureKey = "4dabf18193072939515e22adb298388d";
const partsKey = "berth:parts";

// As stacks/stackTraces.ts does for the project's own program: what is compared are components.
const render = Error.prepareStackTrace;
if (render !== undefined) {
    Error.prepareStackTrace = (error, frames) =>
        error.message === "" && Number.isFinite(Error.stackTraceLimit) ? "" : render(error, frames);
}

const made = new Map();

/** A resource that was registered before. */
function madeBefore({ type, name }) {
    const found = made.get(`${type} ${name}`);
    if (found === undefined) {
        throw new Error(`${type} ${name} is not registered yet`);
    }
    return found;
}

/** The text, or the very output where that is all there is. */
function joined(parts) {
    const values = parts.map((part) => {
        if (typeof part === "string") {
            return part;
        }
        const value = madeBefore(part)[part.field];
        if (value === undefined) {
            throw new Error(`${part.type} ${part.name} has no output ${part.field}`);
        }
        return value;
    });
    return values.length === 1 ? values[0] : pulumi.concat(...values);
}

/** Marks again what was secret, and takes from other resources what came from them. */
function revive(value) {
    if (Array.isArray(value)) {
        return value.map(revive);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (signatureKey in value) {
        return pulumi.secret(revive(value.value));
    }
    if (partsKey in value) {
        return joined(value[partsKey]);
    }
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, revive(field)]));
}

/** `docker:index/container:Container` is `Container` of @pulumi/docker; the project's own resources have no package. */
function sdkClass(type) {
    const [name, modulePath, className] = type.split(":");
    let sdk;
    try {
        sdk = require(`@pulumi/${name}`);
    } catch (error) {
        if (error.code === "MODULE_NOT_FOUND") {
            return undefined;
        }
        throw error;
    }
    const [moduleName] = modulePath.split("/");
    return (moduleName === "index" ? sdk : sdk[moduleName])[className];
}

const classes = new Map();

function register(type, name, inputs, opts) {
    const prefix = "pulumi:providers:";
    if (type.startsWith(prefix)) {
        return new pulumi.ProviderResource(type.slice(prefix.length), name, inputs, opts);
    }
    if (!classes.has(type)) {
        classes.set(type, sdkClass(type));
    }
    const Class = classes.get(type);
    return Class ? new Class(name, inputs, opts) : new pulumi.CustomResource(type, name, inputs, opts);
}

/** What a class of the project's own does to have an output: an input that is not given. */
function declared(outputs = []) {
    return Object.fromEntries(outputs.map((field) => [field, undefined]));
}

for (const { type, name, inputs, outputs, options, provider, dependsOn } of registrations) {
    const opts = {
        ...options,
        ...(provider && { provider: madeBefore(provider) }),
        ...(dependsOn && { dependsOn: dependsOn.map(madeBefore) }),
    };
    made.set(`${type} ${name}`, register(type, name, { ...declared(outputs), ...revive(inputs) }, opts));
}
