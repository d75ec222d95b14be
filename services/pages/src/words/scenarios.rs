//! Scenarios that are played before a playbook holds.

super::table! {
    SCENARIOS: "场景演练", "Scenarios";
    SCENARIOS_HINT: "场景说明某人在某时做某事之后应当如何。演练只在模拟环境中进行，使用贵单位的人员与日历，不影响任何投诉。发布新版本时，场景一并保存。", "A scenario says what must be true once somebody did something at some time. It is played on a simulation with your own people and calendar and touches no complaint. Published with a version, scenarios are kept beside it.";
    THE_SCENARIOS: "场景文本", "The text of the scenarios";
    HOW_WRITTEN: "场景怎么写", "How a scenario is written";
    HOW_HINT: "多个场景之间写一行 ---。{by} 写通讯录中的人员编号，客户写 {customer}，接入系统写 {feeder}；{deed} 写动作，{expect} 写此后应当如此。要用别的人员或日历，可在场景之前放入含 {people} 或 {weekly} 的一段。", "A line --- stands between scenarios. {by} is a person of your directory, {customer} or {feeder}; {deed} is an act, {expect} is what must then be true. To use other people or another calendar, put a document with {people} or {weekly} before the scenarios.";
    RUN: "演练场景", "Run the scenarios";
    OUTCOME: "演练结果", "What came of the run";
    NOT_RUN: "尚未演练。", "Not run yet.";
    NO_SCENARIO: "文本中没有场景。", "There is no scenario in the text.";
    PLAYBOOK_BROKEN: "流程文本有错误，未演练。", "The playbook has mistakes; nothing was played.";
    SCENARIOS_BROKEN: "场景文本有错误，未演练。", "The scenarios have mistakes; nothing was played.";
    ALL_HOLD: "{n} 个场景全部符合，用时 {time} 秒。", "All {n} scenarios hold, in {time} s.";
    SOME_FAIL: "{n} 个场景中 {failed} 个不符，用时 {time} 秒。", "Of {n} scenarios {failed} do not hold, in {time} s.";
    LEFT_OUT: "时间已到，{n} 个场景未演练。", "The time was over: {n} were left out.";
    HOLDS: "符合", "holds";
    FAILS: "不符", "does not hold";
    FROM_LINE: "第 {line} 行起，共 {steps} 步", "from line {line}, steps: {steps}";
    IN_STEP: "第 {step} 步（第 {line} 行，{time}）", "Step {step} (line {line}, {time})";
    EXPECTED: "应为", "expected";
    FOUND: "实为", "found";
    DESPITE: "场景不符也仍然发布", "Publish although a scenario does not hold";
    MUST_HOLD: "不勾选时，有场景不符就不会发布。", "Without it nothing is published while one does not hold.";
}
