import type { Group, GroupKind } from '../../schema/model/device/group';
import type { GroupRuleForm } from '../../schema/model/device/group-rule-form';
import type { DeviceId } from '../../schema/model/ids';
import type { Products } from '../access/permissions/products';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';
import type { RuleCount } from './preview';

/** R-DEV-3, R-DEV-4. */
export interface GroupService {
  /** Throws GROUP_UNKNOWN (the parent), GROUP_KIND (a dynamic parent), GROUP_EXISTS, GROUP_TREE, TOO_MANY. */
  create(viewer: Viewer, input: { name: string; parentId?: string | null; idempotencyKey?: string | null }): Promise<Group>;
  /** FILLING until every device was looked at. Throws GROUP_RULE, GROUP_RULE_MODULE, REQUIRED, INVALID_FORMAT, GROUP_EXISTS, TOO_MANY. */
  createDynamic(viewer: Viewer, input: { name: string; rule: GroupRuleForm; idempotencyKey?: string | null }): Promise<Group>;
  /** What is not given stays; with another rule it is FILLING again. Throws as `createDynamic` does, and GROUP_UNKNOWN, GROUP_KIND. */
  updateDynamic(viewer: Viewer, id: string, changes: { name?: string | null; rule?: GroupRuleForm | null }): Promise<Group>;
  /** How many devices a group with this rule would have now. Throws as `createDynamic` does about the rule. */
  previewRule(viewer: Viewer, rule: GroupRuleForm): Promise<RuleCount>;
  /** What is not given stays; `parentId: null` makes it a root. Throws as `create` does; a dynamic group has no parent (GROUP_KIND). */
  update(viewer: Viewer, id: string, changes: { name?: string | null; parentId?: string | null }): Promise<Group>;
  /** Its devices stay. Throws GROUP_UNKNOWN, GROUP_NOT_EMPTY. */
  delete(viewer: Viewer, id: string, idempotencyKey?: string | null): Promise<Group>;
  /** At most 1,000, all or none; one that is in the group already is not counted. Throws GROUP_UNKNOWN, GROUP_KIND, DEVICE_UNKNOWN, TOO_MANY. */
  addDevices(viewer: Viewer, id: string, deviceIds: readonly DeviceId[]): Promise<{ group: Group; changed: number }>;
  removeDevices(viewer: Viewer, id: string, deviceIds: readonly DeviceId[]): Promise<{ group: Group; changed: number }>;
  get(id: string): Promise<Group | null>;
  getMany(ids: readonly string[]): Promise<(Group | null)[]>;
  /** By id, that is as they were made. `parentId: null` lists the roots. */
  list(filter: { parentId?: string | null; namePrefix?: string | null; kind?: GroupKind | null }, page: PageRequest): Promise<Page<Group>>;
  /** Devices in the group itself, of these products, or of all. */
  countDevices(id: string, products?: Products): Promise<number>;
}
