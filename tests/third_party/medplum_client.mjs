// An EHR made of MedplumClient: discovery, prefetch from its FHIR server, one call; prints both as JSON.
// Arguments: FHIR base URL, FHIR path, cds-services URL, service id, then the hook context as JSON.
import { buildCdsRequest, MedplumClient } from '@medplum/core';

const [baseUrl, fhirUrlPath, cdsServicesUrl, serviceId, context] = process.argv.slice(2);
const medplum = new MedplumClient({ baseUrl, fhirUrlPath, cdsServicesUrl });
const discovery = await medplum.getCdsServices();
const service = discovery.services.find((candidate) => candidate.id === serviceId);
const user = { resourceType: 'Practitioner', id: 'radiologist-1' };
const request = await buildCdsRequest(medplum, user, service, JSON.parse(context));
const response = await medplum.callCdsService(serviceId, request);
process.stdout.write(JSON.stringify({ discovery, request, response }));
