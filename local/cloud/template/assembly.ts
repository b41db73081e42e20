// Reads a synthesized CDK cloud assembly: its manifest, every stack's template, and where each asset lies on disk.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isRecord, recordOrEmpty } from "../json.ts";

export type TemplateResource = {
  readonly type: string;
  readonly properties: Record<string, unknown>;
  readonly condition?: string;
};

export type StackTemplate = {
  readonly stackName: string;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: ReadonlyMap<string, { readonly value: unknown; readonly exportName?: unknown }>;
  readonly parameters: Record<string, unknown>;
  readonly mappings: Record<string, unknown>;
  readonly conditions: Record<string, unknown>;
};

export type Assembly = {
  /** The region that the stacks are made for; `us-east-1` when they leave it open. */
  readonly region: string;
  readonly stacks: readonly StackTemplate[];
  /** Asset directories or files by the object key that templates use (`<hash>.zip`). */
  readonly assets: ReadonlyMap<string, string>;
};

/** Turns a CloudFormation template (parsed JSON) into a `StackTemplate`. */
export function parseTemplate(stackName: string, template: Record<string, unknown>): StackTemplate {
  const resources = new Map<string, TemplateResource>();
  for (const [logicalId, raw] of Object.entries(recordOrEmpty(template["Resources"]))) {
    if (!isRecord(raw) || typeof raw["Type"] !== "string") {
      throw new Error(`Resource ${logicalId} of stack ${stackName} has no Type`);
    }
    const condition = raw["Condition"];
    resources.set(logicalId, {
      type: raw["Type"],
      properties: recordOrEmpty(raw["Properties"]),
      ...(typeof condition === "string" ? { condition } : {}),
    });
  }
  const outputs = new Map<string, { value: unknown; exportName?: unknown }>();
  for (const [logicalId, raw] of Object.entries(recordOrEmpty(template["Outputs"]))) {
    const output = recordOrEmpty(raw);
    const exported = recordOrEmpty(output["Export"])["Name"];
    outputs.set(logicalId, {
      value: output["Value"],
      ...(exported === undefined ? {} : { exportName: exported }),
    });
  }
  return {
    stackName,
    resources,
    outputs,
    parameters: recordOrEmpty(template["Parameters"]),
    mappings: recordOrEmpty(template["Mappings"]),
    conditions: recordOrEmpty(template["Conditions"]),
  };
}

/**
 * Reads the assembly in `directory` (and the assemblies of stages nested in it).
 * Throws when there is no `manifest.json` or a file that it names is missing.
 */
export function readAssembly(directory: string): Assembly {
  const stacks: StackTemplate[] = [];
  const assets = new Map<string, string>();
  const regions = new Set<string>();
  readInto(directory, { stacks, assets, regions });
  if (stacks.length === 0) throw new Error(`The cloud assembly in ${directory} has no stacks`);
  const [region = "us-east-1", ...others] = regions;
  if (others.length > 0) throw new Error(`The stacks are in several regions: ${[...regions].join(", ")}`);
  return { region, stacks, assets };
}

type Found = { stacks: StackTemplate[]; assets: Map<string, string>; regions: Set<string> };

function readInto(directory: string, found: Found): void {
  const manifest = readObject(path.join(directory, "manifest.json"));
  for (const [id, raw] of Object.entries(recordOrEmpty(manifest["artifacts"]))) {
    const artifact = recordOrEmpty(raw);
    const properties = recordOrEmpty(artifact["properties"]);
    switch (artifact["type"]) {
      case "aws:cloudformation:stack": {
        const name = typeof properties["stackName"] === "string" ? properties["stackName"] : id;
        const file = path.join(directory, String(properties["templateFile"]));
        found.stacks.push(parseTemplate(name, readObject(file)));
        const region = regionOf(artifact["environment"]);
        if (region !== undefined) found.regions.add(region);
        break;
      }
      case "cdk:asset-manifest":
        readAssets(directory, path.join(directory, String(properties["file"])), found.assets);
        break;
      case "cdk:cloud-assembly":
        readInto(path.join(directory, String(properties["directoryName"])), found);
        break;
      default: // trees and feature-flag reports describe the construct tree, not resources
    }
  }
}

/** The region in `aws://<account>/<region>`, unless it is left to the deployer. */
function regionOf(environment: unknown): string | undefined {
  const region = typeof environment === "string" ? environment.split("/").at(-1) : undefined;
  return region === "unknown-region" ? undefined : region;
}

function readAssets(directory: string, file: string, assets: Map<string, string>): void {
  for (const raw of Object.values(recordOrEmpty(readObject(file)["files"]))) {
    const asset = recordOrEmpty(raw);
    const source = recordOrEmpty(asset["source"])["path"];
    if (typeof source !== "string") continue;
    for (const destination of Object.values(recordOrEmpty(asset["destinations"]))) {
      const key = recordOrEmpty(destination)["objectKey"];
      if (typeof key === "string") assets.set(key, path.resolve(directory, source));
    }
  }
}

function readObject(file: string): Record<string, unknown> {
  if (!existsSync(file)) throw new Error(`The cloud assembly lacks ${file}`);
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isRecord(value)) throw new Error(`${file} does not hold a JSON object`);
  return value;
}
