import * as keda from '@kubernetes-models/keda/keda.sh/v1alpha1';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import type { Manifest } from '../../src/manifests/document';

interface Model {
  validate(): void;
}

type ModelClass = new (data: never) => Model;

const modules: Readonly<Record<string, object>> = {
  v1: core,
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'batch/v1': batch,
  'keda.sh/v1alpha1': keda,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
};

/** Validates manifests against the API's own schemas: types, required fields, formats. Gives what is wrong. */
export function schemaProblems(manifests: readonly Manifest[]): readonly string[] {
  return manifests.flatMap((manifest) => {
    const { apiVersion, kind, metadata } = manifest;
    const models = modules[apiVersion] as Readonly<Record<string, ModelClass>> | undefined;
    const Class = models?.[kind];
    if (Class === undefined) return [`${kind} ${metadata.name}: ${apiVersion} does not have it`];
    try {
      new Class(manifest as never).validate();
      return [];
    } catch (error) {
      return [`${kind} ${metadata.name}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}
