"""Every act on accounts, one function each; judged, changed, recorded, never committed."""

from regulator.features.accounts.actions.accounts import (
    add_authority as add_authority,
)
from regulator.features.accounts.actions.accounts import (
    change_account as change_account,
)
from regulator.features.accounts.actions.accounts import (
    create_account as create_account,
)
from regulator.features.accounts.actions.accounts import (
    create_built_in as create_built_in,
)
from regulator.features.accounts.actions.accounts import (
    reset_password as reset_password,
)
from regulator.features.accounts.actions.accounts import (
    reset_second_factor as reset_second_factor,
)
from regulator.features.accounts.actions.accounts import (
    resume_account as resume_account,
)
from regulator.features.accounts.actions.accounts import (
    suspend_account as suspend_account,
)
from regulator.features.accounts.actions.forms import (
    claim_form as claim_form,
)
from regulator.features.accounts.actions.forms import (
    find_answer as find_answer,
)
from regulator.features.accounts.actions.forms import (
    release_form as release_form,
)
from regulator.features.accounts.actions.forms import (
    remember_form as remember_form,
)
from regulator.features.accounts.actions.roles import (
    end_deputy as end_deputy,
)
from regulator.features.accounts.actions.roles import (
    end_role as end_role,
)
from regulator.features.accounts.actions.roles import (
    grant_role as grant_role,
)
from regulator.features.accounts.actions.roles import (
    name_deputy as name_deputy,
)
from regulator.features.accounts.actions.sessions import (
    clear_lockout as clear_lockout,
)
from regulator.features.accounts.actions.sessions import (
    end_session as end_session,
)
from regulator.features.accounts.actions.sessions import (
    end_sessions_of as end_sessions_of,
)
from regulator.features.accounts.actions.sessions import (
    forget_old as forget_old,
)
from regulator.features.accounts.actions.sessions import (
    touch_session as touch_session,
)
from regulator.features.accounts.actions.sessions import (
    wants_touch as wants_touch,
)
from regulator.features.accounts.actions.signing_in import (
    change_password as change_password,
)
from regulator.features.accounts.actions.signing_in import (
    confirm_second_factor as confirm_second_factor,
)
from regulator.features.accounts.actions.signing_in import (
    pass_second_factor as pass_second_factor,
)
from regulator.features.accounts.actions.signing_in import (
    proposed_secret as proposed_secret,
)
from regulator.features.accounts.actions.signing_in import (
    sign_in as sign_in,
)
from regulator.features.accounts.actions.signing_in import (
    sign_out as sign_out,
)
