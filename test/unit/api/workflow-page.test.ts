import { workflowUrlOf } from '../../../api/workflow-page';
import { batchWorkflowId, upgradeWorkflowId } from '../../../schema/model/ids';
import { ADMIN } from '../../support/updraft-driver';

const pages = { url: 'https://temporal.example.com/ui', namespace: 'up.draft-1' };

test('R-UI-3: a task and a batch lead to their workflows in the web page of Temporal, whatever their ids consist of', () => {
  const url = workflowUrlOf(upgradeWorkflowId('meters.a:b@c+d', 'wifi.fw'), ADMIN, pages) ?? '';
  expect(url).toMatch(/^https:\/\/temporal\.example\.com\/ui\/namespaces\/up\.draft-1\/workflows\?query=/);
  expect(new URL(url).searchParams.get('query')).toBe('WorkflowId="upgrade/meters.a:b@c+d/wifi.fw"');
  expect(workflowUrlOf(batchWorkflowId('42'), ADMIN, { ...pages, namespace: 'a b' })).toMatch(/\/namespaces\/a%20b\//);
});

test('R-UI-3 R-UI-4: no address without that page, nor for those who are limited to products', () => {
  expect(workflowUrlOf(batchWorkflowId('42'), ADMIN, null)).toBeNull();
  expect(workflowUrlOf(batchWorkflowId('42'), { ...ADMIN, products: ['meters'] }, pages)).toBeNull();
});
