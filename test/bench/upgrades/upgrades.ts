import type { Benchmark } from '../benchmark';
import { describeMachine } from '../machine';
import { rankProfiles } from '../profile-rank';
import { bareEnginePart } from './bare-part';
import { cpuMsEach } from './burst';
import { wholePathParts } from './path-part';
import { problemsOf, reportText, type UpgradesResult } from './report';

/** How far the whole path is from what the engine can do at all, measured one after the other on one machine. */
export const upgrades: Benchmark = {
  name: 'upgrades',
  about: "upgrades a second against the bare engine's, CPU, memory, latency, pacing",
  async run(options, scope) {
    const machine = await describeMachine();
    scope.say(`(a) the bare engine, ${options.devices} workflows, twice`);
    const bare = await bareEnginePart(options.devices, scope);
    scope.say('(b) and (c) the whole platform');
    const { path, paced } = await wholePathParts(options, scope);
    const result: UpgradesResult = {
      benchmark: 'upgrades',
      devices: options.devices,
      ratio: path.perSecond / bare.perSecond,
      ratioMiddle: path.perSecondMiddle === null ? null : path.perSecondMiddle / bare.perSecond,
      cpuMsEach: cpuMsEach(path),
      bare,
      path,
      paced,
      machine,
      profile: options.profileDir === null ? null : rankProfiles(options.profileDir),
    };
    return { json: result, text: reportText(result), problems: problemsOf(result) };
  },
};
