// An EHR made of MedplumClient: discovery, then for each call prefetch from its FHIR server and the post.
// Arguments: FHIR base URL, FHIR path, cds-services URL. Standard input: a JSON list of [service id, hook
// context]. Prints the discovery, and a request and a response for each call, as JSON.
import './websocket.mjs';
import { readFileSync } from 'node:fs';
import { buildCdsRequest, MedplumClient } from '@medplum/core';

const [baseUrl, fhirUrlPath, cdsServicesUrl] = process.argv.slice(2);
const medplum = new MedplumClient({ baseUrl, fhirUrlPath, cdsServicesUrl });
const discovery = await medplum.getCdsServices();
const user = { resourceType: 'Practitioner', id: 'radiologist-1' };
const calls = [];
for (const [serviceId, context] of JSON.parse(readFileSync(0, 'utf8'))) {
  const service = discovery.services.find((candidate) => candidate.id === serviceId);
  const request = await buildCdsRequest(medplum, user, service, context);
  calls.push({ request, response: await medplum.callCdsService(serviceId, request) });
}
process.stdout.write(JSON.stringify({ discovery, calls }));
