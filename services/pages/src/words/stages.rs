//! What kinds of stage there are, for staff; and what each means to the customer.

use contracts::StageKind;

use super::Word;

super::table! {
    RECEIVED: "已登记，正在安排处理", "Registered; being assigned";
    MORE_NEEDED: "需要您补充资料", "We need more information from you";
    WAITING: "暂候，条件具备后继续处理", "Waiting; it goes on as soon as it can";
    LOOKED_INTO: "正在调查核实", "Being looked into";
    BEING_DECIDED: "正在研究处理意见", "A solution is being decided";
    BEING_DONE: "正在落实处理结果", "The solution is being carried out";
    BEING_TOLD: "正在与您联系答复", "We are about to answer you";
    ASKED: "正在回访，请您评价", "We would like to hear whether you are satisfied";
    BEING_FILED: "已答复，正在归档", "Answered; being filed";
    CLOSED: "已办结", "Closed";
    NEXT_RECEIVED: "接下来会把您的投诉交给负责的部门。", "Next, the department that must answer gets your complaint.";
    NEXT_MORE_NEEDED: "请补充所需资料，我们收到后立即继续。", "Please send what is missing; we go on as soon as we have it.";
    NEXT_WAITING: "条件具备后，我们会继续处理并通知您。", "As soon as it can go on, it does, and we tell you.";
    NEXT_LOOKED_INTO: "核实清楚后，负责部门会提出处理意见。", "Once the facts are clear, the department proposes a solution.";
    NEXT_BEING_DECIDED: "处理意见批准后，我们会把结果告诉您。", "Once the solution is approved, we tell you the result.";
    NEXT_BEING_DONE: "落实完成后，我们会与您核对结果。", "When it is carried out, we make sure with you that it is right.";
    NEXT_BEING_TOLD: "我们会把结果告诉您，并请您表示是否接受。", "We tell you the result and ask whether you accept it.";
    NEXT_ASKED: "您的评价会决定此事是否办结。", "Your answer decides whether the matter is closed.";
    NEXT_BEING_FILED: "无需您再做什么。", "You need do nothing more.";
    NEXT_CLOSED: "如仍有问题，请凭编号再次联系我们。", "If something is still wrong, contact us again with this number.";
}

/// What a stage means to the customer, and what happens next.
#[must_use]
pub const fn plainly(kind: StageKind) -> (Word, Word) {
    match kind {
        StageKind::Register | StageKind::Triage => (RECEIVED, NEXT_RECEIVED),
        StageKind::Clarify => (MORE_NEEDED, NEXT_MORE_NEEDED),
        StageKind::Wait => (WAITING, NEXT_WAITING),
        StageKind::Verify | StageKind::Investigate | StageKind::Inspect => (LOOKED_INTO, NEXT_LOOKED_INTO),
        StageKind::Propose | StageKind::Approve | StageKind::Review | StageKind::Meet => {
            (BEING_DECIDED, NEXT_BEING_DECIDED)
        }
        StageKind::Execute => (BEING_DONE, NEXT_BEING_DONE),
        StageKind::Contact | StageKind::Reply => (BEING_TOLD, NEXT_BEING_TOLD),
        StageKind::Callback => (ASKED, NEXT_ASKED),
        StageKind::Correct | StageKind::Audit | StageKind::Account | StageKind::Archive => {
            (BEING_FILED, NEXT_BEING_FILED)
        }
    }
}
