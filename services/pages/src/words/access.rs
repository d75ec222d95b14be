//! Accounts of people and keys of feeding systems.

super::table! {
    ACCESS: "账号与密钥", "Users and keys";
    ACCOUNTS: "账号", "Accounts";
    NAME: "登录名", "Sign-in name";
    PERSON: "人员", "Person";
    PERSON_HINT: "组织架构中的人员代码。", "The person's key in the directory.";
    ROLES: "角色", "Roles";
    ROLES_HINT: "角色代码，用空格分隔。", "Keys of roles, with spaces between.";
    DEPARTMENT: "部门", "Department";
    STATE: "状态", "State";
    ACTIVE: "可用", "Works";
    LOCKED: "已停用", "Locked";
    LOCK: "停用", "Lock";
    UNLOCK: "启用", "Unlock";
    CHANGE: "更改", "Change";
    PUT_ACCOUNT: "新建或更改账号", "Make or change an account";
    PUT_ACCOUNT_HINT: "登录名已存在时，更改该账号。", "Where the sign-in name exists, that account is changed.";
    PASSWORD_HINT: "更改账号时可留空，密码不变；设置新密码后，原有登录全部失效。", "May stay empty when an account is changed: the password stays. A new one ends every session of theirs.";
    SAVE: "保存", "Save";
    KEYS: "接入系统的密钥", "API keys of feeding systems";
    NO_KEYS: "还没有密钥。", "There is no key yet.";
    KEY_NAME: "名称", "Name";
    KEY_NAME_HINT: "小写字母、数字、连字符。", "Lower-case letters, digits and hyphens.";
    CHANNELS: "渠道", "Channels";
    CHANNELS_HINT: "渠道代码，用空格分隔；留空为全部渠道。", "Keys of channels, with spaces between; all channels when empty.";
    ALL_CHANNELS: "全部", "All";
    REVOKE: "作废", "Revoke";
    REVOKED: "已作废", "Revoked";
    NEW_KEY: "新建密钥", "New API key";
    MAKE_KEY: "生成密钥", "Make the key";
    KEY_MADE: "密钥“{name}”已生成", "The key {name} is made";
    KEY_ONCE: "只显示这一次，请立即交给接入系统的负责人保管。", "It is shown this once. Hand it to whoever runs the feeding system now.";
    DONE_ACCOUNT: "账号已保存。", "The account is saved.";
    DONE_REVOKED: "密钥已作废，五秒内失效。", "The key is revoked, and works no more within five seconds.";
}
