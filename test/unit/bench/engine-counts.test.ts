import { countsOf, meanOf } from '../../bench/upgrades/engine-counts';

const signal = { workflowExecutionSignaledEventAttributes: {} };
const fired = { timerFiredEventAttributes: {} };

test('a history is counted by what its events are', () => {
  const events = [
    ...[{ workflowExecutionStartedEventAttributes: {} }, signal, { workflowTaskCompletedEventAttributes: {} }],
    ...[{ timerStartedEventAttributes: {} }, fired, { markerRecordedEventAttributes: {} }, { activityTaskScheduledEventAttributes: {} }],
    // The server sends what an event is not as null.
    { ...signal, timerFiredEventAttributes: null },
  ];
  expect(countsOf(events)).toEqual({ events: 8, workflowTasks: 1, signals: 2, activities: 1, localActivities: 1, timers: 1, fired: 1 });
});

test('some histories have a mean, and none has zeroes', () => {
  expect(meanOf([countsOf([signal]), countsOf([signal, fired, fired])])).toMatchObject({ events: 2, signals: 1, fired: 1, activities: 0 });
  expect(meanOf([])).toMatchObject({ events: 0, signals: 0 });
});
